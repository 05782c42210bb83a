"""What of the code shapes samples, as one digest: `python -m tests.flows.version` notes it with its version.

Of each module its syntax tree without docstrings, so that comments, layout and explanations don't count.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from labci import digest
from labci.flow import BLOCKS

ROOT = Path(__file__).parent.parent.parent / "labci"
NOTED = Path(__file__).with_suffix(".json")
SHAPING = (
    "blocks", "english", "flows", "ask.py", "chattoken.py", "flow.py", "heldout.py", "marking.py", "sample.py",
    "seen.py", "structured.py", "units.py", "generate/explaining.py", "generate/judging.py", "generate/scorer.py",
    "generate/sifting.py", "generate/trust.py", "models/specialist/conversations.py", "models/specialist/readings.py",
)  # fmt: skip
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def files() -> Iterator[Path]:
    """Modules, and the word lists beside them; a flow's own file is in its digest anyway."""
    for name in SHAPING:
        place = ROOT / name
        yield from sorted([*place.rglob("*.py"), *place.glob("lexicon.yaml")]) if place.is_dir() else (place,)


def shaping() -> str:
    """The digest of what the files say."""
    found = {file.relative_to(ROOT).as_posix(): said(file.read_text("utf-8"), file) for file in files()}
    return digest.of_json(found)


def said(text: str, file: Path) -> str:
    """A module without its docstrings and comments; any other file as it is."""
    if file.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def main() -> None:
    """Note today's code as what `BLOCKS` stands for."""
    NOTED.write_text(json.dumps({"blocks": BLOCKS, "code": shaping()}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
