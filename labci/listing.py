"""Which lines of a plain or Markdown text begin an entry of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MARKER = re.compile(r"[ \t]*(?:[-*+•]|\(?(\d{1,3})\)|(\d{1,3})\.|\([a-z]\))[ \t]+")


def markers(lines: Iterable[str]) -> Iterator[int]:
    """Characters of each line's bullet or number, with the space after it; 0 where there is none.

    A number inside a paragraph begins an entry only if it is 1, as CommonMark has it, or the next one: in "built
    in / 43. It" the line was broken before a number.
    """
    last, inside = 0, False
    for line in lines:
        found = MARKER.match(line)
        digits = (found[1] or found[2]) if found else None
        number = int(digits) if digits else None
        if found and (number is None or not inside or number in (1, last + 1)):
            last = last if number is None else number
            yield found.end()
        else:
            yield 0
        inside = bool(line.strip())
