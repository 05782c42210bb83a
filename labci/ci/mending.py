"""What would mend lines of a pull request: what `labci lint --fix` makes of them, and the key that was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from labci import node
from labci.ci import workplace
from labci.ci.workplace import Workplace
from labci.diagnostic import Position
from labci.lintfile import Checked, lines_of

MOST = 20  # suggestions: `labci lint --fix` does more of them in one go
MAX_LINES, MAX_TEXT, MAX_PATH = 20, 2000, 1000
TRIED = 40  # stretches of a file, each of which takes reading it


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`text` in place of the lines `line` to `end_line`, and of as many. rule: whose finding that mends."""

    path: str
    line: int
    end_line: int
    rule: str
    text: str


def suggestions(place: Workplace, checked: Iterable[Checked]) -> list[Suggestion]:
    """The first ones for the files that `workplace.check` wrote, which are mended by this.

    Each holds by itself, whichever others are taken. Lines with personal data or keys are not quoted.
    """
    files = [file for file in checked if any(item.fixable or item.replacement for item in file.diagnostics)]
    before = {file.path: (workplace.files(place) / file.path).read_bytes() for file in files}
    mended = {path: (workplace.files(place) / path).read_bytes() for path in workplace.mend(place)}
    return list(islice(chain.from_iterable(_of_file(file, before[file.path], mended) for file in files), MOST))


def _of_file(file: Checked, before: bytes, mended: dict[str, bytes]) -> Iterator[Suggestion]:
    if b"\r" in before or len(file.path) > MAX_PATH:  # which ends a suggestion's lines get is GitHub's to say
        return
    taken = {line for item in file.diagnostics if item.group == "privacy" for line in _lines(item.position)}
    for found in chain(_fixes(file, before, mended.get(file.path, before)), _keys(file)):
        lines = range(found.line, found.end_line + 1)
        if taken.isdisjoint(lines) and len(lines) <= MAX_LINES and len(found.text) <= MAX_TEXT:
            taken.update(lines)
            yield found


def _lines(at: Position) -> range:
    return range(at.line, at.end_line + 1)


def _fixes(file: Checked, before: bytes, after: bytes) -> Iterator[Suggestion]:
    """Stretches of lines that --fix changes. A line that it adds, at the end, is none."""
    rows, mended = lines_of(before), lines_of(after)
    fixable = [item for item in file.diagnostics if item.fixable and item.path == file.path]
    for lines in islice(_stretches(rows, mended), TRIED):
        rule = next((item.rule for item in fixable if item.position.line in lines), "")
        text = mended[lines.start - 1 : lines.stop - 1]
        if rule and _same(before, (*rows[: lines.start - 1], *text, *rows[lines.stop - 1 :])):
            yield Suggestion(
                path=file.path, line=lines.start, end_line=lines.stop - 1, rule=rule, text="\n".join(text)
            )  # fmt: skip


def _stretches(rows: Sequence[str], mended: Sequence[str]) -> Iterator[range]:
    """Numbers of lines that differ, with the empty ones between them; a line that loses its end is one by itself.

    So is it the same suggestion after a push that changes its neighbours.
    """
    start = end = 0
    for number, (old, new) in enumerate(zip(rows, mended, strict=False), 1):
        alone = old != new and old.rstrip() == new
        if start and (alone or (old == new and new.strip())):
            yield range(start, end)
            start = 0
        if alone:
            yield range(number, number + 1)
        elif old != new:
            start, end = start or number, number + 1
    if start:
        yield range(start, end)


def _same(before: bytes, rows: Iterable[str]) -> bool:
    """Whether the file says the same with these lines."""
    try:
        return repr(node.parse("\n".join(rows).encode("utf-8")).value) == repr(node.parse(before).value)
    except node.YamlProblem:
        return False


def _keys(file: Checked) -> Iterator[Suggestion]:
    """Keys that are written otherwise than the one that was probably meant."""
    for item in file.diagnostics:
        at = item.position
        if item.replacement and item.path == file.path and at.line == at.end_line:
            row = file.lines[at.line - 1]
            text = row[: at.column - 1] + item.replacement + row[at.end_column - 1 :]
            yield Suggestion(path=file.path, line=at.line, end_line=at.line, rule=item.rule, text=text)
