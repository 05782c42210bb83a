"""attribution.txt: where the text of a leaf comes from, one `Key: value` a line, with positions.

A file may name several works; each begins with its `Title of work`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from labci.diagnostic import Position

KEYS = ("Title of work", "Link to work", "Revision", "License of the work", "Creator names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: `position` is the value's place, `key_position` the key's."""

    key: str
    value: str
    position: Position
    key_position: Position
    has_colon: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The lines of one work. `position` is where it begins."""

    entries: tuple[Entry, ...]
    position: Position

    def value(self, key: str) -> Entry | None:
        """The first entry of a key."""
        return next((entry for entry in self.entries if entry.key == key), None)


def read(text: str) -> tuple[Work, ...]:
    """The works of a file's text; a file without lines is one work without entries."""
    works: list[list[Entry]] = [[]]
    for entry in _entries(text):
        if entry.key == KEYS[0] and any(known.key in KEYS for known in works[-1]):
            works.append([])
        works[-1].append(entry)
    return tuple(_work(entries) for entries in works)


def _work(entries: list[Entry]) -> Work:
    return Work(entries=tuple(entries), position=entries[0].key_position if entries else Position())


def _entries(text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        head, colon, tail = line.partition(":")
        start, value = len(head) - len(head.lstrip()) + 1, tail.strip()
        at = len(head) + 1 + len(tail) - len(tail.lstrip()) + 1 if value else len(head) + len(colon) + 1
        yield Entry(
            key=head.strip(),
            value=value,
            has_colon=bool(colon),
            key_position=_on(number, start, max(len(head.strip()), 1)),
            position=_on(number, at, len(value)),
        )


def _on(line: int, column: int, length: int) -> Position:
    return Position(line=line, column=column, end_line=line, end_column=column + length)
