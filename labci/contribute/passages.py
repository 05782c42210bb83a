"""Passages of a document that could be the contexts of a knowledge leaf: its chunks, as generation reads them.

A long paragraph, such as a page of a PDF, is cut between sentences into pieces of about the same length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from labci.blocks.chunks import chunks
from labci.english.sentences import sentences

MIN_WORDS = 25  # a shorter paragraph seldom answers three questions
MAX_WORDS = 250  # the teacher and the student read a context in a few hundred tokens
PIECE_WORDS = 130  # what a long paragraph is cut into: easy to read, enough for three questions
PARTS = 5  # of a document, as many as a leaf needs contexts: each has its turn
NO_PROSE = re.compile(r" {4}|\t|[#|><=]|[-*+•]\s|\d+[.)]\s|(\*\s?){3}|(-\s?){3}")  # list, table, quote, code, HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Text as it stands at characters `start` to `end` of the document, below a heading ("" for none)."""

    heading: str
    text: str
    start: int
    end: int

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


def passages(text: str) -> Iterator[Passage]:
    """Paragraphs of prose in order, neither too short nor too long, copied as they stand."""
    for chunk in chunks(text):
        raw = text[chunk.start : chunk.end]
        if NO_PROSE.match(raw):
            continue
        for first, last in _pieces(raw):
            piece = raw[first:last]
            begin = chunk.start + first + len(piece) - len(piece.lstrip())
            piece = piece.strip()
            if MIN_WORDS <= len(piece.split()) <= MAX_WORDS and not NO_PROSE.match(piece):
                heading = chunk.heading or chunk.title
                yield Passage(heading=heading, text=piece, start=begin, end=begin + len(piece))


def spread(found: list[Passage]) -> Iterator[Passage]:
    """The same passages in another order: the first of each fifth of the document, then the second, and so on."""
    ends = [number * len(found) // PARTS for number in range(PARTS + 1)]
    for step in range(len(found)):
        for first, last in pairwise(ends):
            if first + step < last:
                yield found[first + step]


def _pieces(paragraph: str) -> Iterator[tuple[int, int]]:
    """Offsets of the whole, or of runs of its sentences that have about the same number of words."""
    total = len(paragraph.split())
    if total <= MAX_WORDS:
        yield 0, len(paragraph)
        return
    count = round(total / PIECE_WORDS)
    first = done = words = 0
    ends = [number * total / count for number in range(1, count)]  # in words; each piece ends nearest to its own
    for _, start, end in sentences(paragraph):
        more = len(paragraph[start:end].split())
        if ends and words and abs(words - ends[0]) <= abs(words + more - ends[0]):
            yield first, done
            first = start
            while ends and ends[0] <= words + more / 2:
                del ends[0]
        done, words = end, words + more
    yield first, done
