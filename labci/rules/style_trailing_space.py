"""The rule style-trailing-space."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from labci.diagnostic import Diagnostic, Position
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile, keeps_value
from labci.node import blocks
from labci.rules import Rule

SPACE = (" ", "\t")
SPACES = " \t"


class StyleTrailingSpace(Rule):
    """No spaces or tabs stand at the end of a line.

    Why: they are invisible, and differences of them hide real ones in a review. From version 2
    on InstructLab refuses them.

    Bad:
        version: 3··
        (each dot a space)

    Good:
        version: 3
    """

    id = "style-trailing-space"
    group = "style"
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each line."""
        safe: set[int] | None = None
        for number, line in enumerate(file.lines, 1):
            if not line.endswith(SPACE):
                continue
            safe = mendable(file) if safe is None else safe
            start = len(line.rstrip(SPACES)) + 1
            at = Position(line=number, column=start, end_line=number, end_column=len(line) + 1)
            hint = "labci lint --fix removes it" if number in safe else "remove it; it is part of the value"
            yield file.found(
                self, at, "spaces at the end of the line", hint=hint, fixable=number in safe,
                severity="error" if file.version > 1 else "warning",
            )  # fmt: skip

    def fix(self, file: LintFile) -> bytes:
        """Strip the lines where that leaves the loaded value as it is."""
        return strip(file.data, mendable(file))


def mendable(file: LintFile) -> set[int]:
    """Lines, from 1, whose trailing space is no part of a value: outside of blocks, or empty in them."""
    safe = {number for number, line in enumerate(file.lines, 1) if line.endswith(SPACE)}
    for first, last, indent in blocks(file.data.decode("utf-8")):
        for number in range(first + 1, last + 1):
            line = file.lines[number - 1]
            if line.strip(SPACES) or len(line) > indent:
                safe.discard(number)
    return safe if keeps_value(file, strip(file.data, safe)) else set()


def strip(data: bytes, numbers: Collection[int]) -> bytes:
    """The file without the trailing space of these lines."""
    rows = data.decode("utf-8").split("\n")
    for number in numbers:
        row = rows[number - 1]
        rows[number - 1] = row.rstrip(SPACES + "\r") + ("\r" if row.endswith("\r") else "")
    return "\n".join(rows).encode("utf-8")
