"""What a pull request changes, as GitHub tells it: its files, and the lines that it shows of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from labci.forges.github.connection import Connection

MOST = 3000  # files; GitHub tells no more
HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file that there is in the head. hunks: the lines of it that the diff shows, by number, a stretch each."""

    path: str
    hunks: tuple[Mapping[int, str], ...]


def changed(at: Connection, number: int) -> list[Changed]:
    """The files of a pull request; of what is binary, or too large for GitHub to show, without lines."""
    with at.answers.told():
        found = islice(at.pull(number).get_files(), MOST)
        return [
            Changed(path=file.filename, hunks=tuple(hunks(file.patch or "")))
            for file in found if file.status != "removed"
        ]  # fmt: skip


def hunks(patch: str) -> Iterator[dict[int, str]]:
    """The new side of a diff without its header, hunk by hunk: lines by number, without their ends."""
    lines: dict[int, str] = {}
    number = 0
    for row in patch.split("\n"):
        if start := HUNK.match(row):
            if lines:
                yield lines
            lines, number = {}, int(start[1])
        elif row[:1] in (" ", "+"):  # else it is of the old side, or tells that the last line has no end
            lines[number] = row[1:]
            number += 1
    if lines:
        yield lines
