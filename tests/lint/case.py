"""Example folders as tests: `cases/RULE/bad` and `cases/RULE/good` hold a taxonomy each.

`bad/expected.txt` has one line for each finding of the rule's group:
`PATH:LINE:COLUMN SEVERITY RULE MESSAGE`.
`python -m tests.lint.case` writes the files that are missing, to be read before they are committed.
"""

from __future__ import annotations

from pathlib import Path

from labci import config
from labci.lint import lint

CASES = Path(__file__).parent / "cases"
EXPECTED = "expected.txt"


def findings(folder: Path, select: list[str]) -> list[str]:
    """What lint says of a folder's taxonomy, one line a finding."""
    checked = lint(None, root=folder, config=config.read(b""), select=select)
    return [
        f"{d.path}:{d.position.line}:{d.position.column} {d.severity} {d.rule} {d.message}"
        for file in checked
        for d in file.diagnostics
    ]


def group(rule: str) -> str:
    """The group that a rule's id begins with."""
    return rule.split("-", 1)[0]


def main() -> None:
    """Write what is missing."""
    for folder in sorted(CASES.glob("*/bad")):
        if not (folder / EXPECTED).exists():
            lines = findings(folder, [group(folder.parent.name)])
            (folder / EXPECTED).write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
