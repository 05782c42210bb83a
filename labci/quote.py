"""Whether one text quotes another: white space and Markdown's markup don't count, words and their order do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from labci.listing import markers

MARKUP = re.compile(
    r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)+"  # headings, quotes and list items
    r"|!?\[(?P<text>[^\[\]\n]*)\]\([^()\s]*(?:[ \t]\"[^\"\n]*\")?\)"  # links and pictures
    r"|[*_`~|\\]"
)
NUMBERED = re.compile(r"(?m)^[ \t>]*\d{1,3}[.)][ \t]")
QUOTED = re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+")
HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00AD]\n[ \t]*(?=[^\W\d_])")  # a word that a PDF breaks over two lines
TYPED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-"})
MOST_WORDS = 600  # of a text that is compared word by word
SLACK = 8  # words around the window of most trigrams in which the passage may begin and end
ALIKE = 0.2  # share of the trigrams from which on a passage counts as what was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """The passage of a document that is nearest to a text, and where they first differ: words of each.

    at: number of the text's first word that differs. start: where `there` begins in the passage.
    """

    passage: str
    here: str
    there: str
    at: int
    start: int


def fold(text: str) -> list[str]:
    """The words of a text with their punctuation, as they are compared."""
    plain = unicodedata.normalize("NFC", HYPHEN.sub("", text)).translate(TYPED)
    return MARKUP.sub(_unmarked, _unnumbered(plain)).split()


def _unnumbered(text: str) -> str:
    """Without the numbers of lists."""
    if not NUMBERED.search(text):
        return text
    lines = QUOTED.sub("", text).split("\n")
    return "\n".join(line[end:] for line, end in zip(lines, markers(lines), strict=True))


def _unmarked(found: re.Match[str]) -> str:
    return MARKUP.sub("", found["text"] or "")


def quotes(text: Sequence[str], document: str) -> bool:
    """Whether the words of a text stand in a document in this order, without a gap. document: folded words, joined."""
    return f" {' '.join(text)} " in f" {document} "


def holders(texts: Sequence[Sequence[str]], document: str, places: Sequence[tuple[int, int]]) -> list[int | None]:
    """For each place of a document the number of the first text that is quoted around it; None where none is.

    texts: words of each, folded. document: as it stands. places: offsets in characters, in order, none in another.
    """
    needles = [f" {' '.join(text)} " for text in texts]
    words, folded = _folded(document, places)
    return [
        next((number for number, needle in enumerate(needles) if _holds(needle, words, start, end)), None)
        for start, end in folded
    ]


def _folded(document: str, places: Iterable[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The folded words of a document with a space around each, and its places in that, with the spaces."""
    cuts = [0, *(cut for place in places for cut in place), len(document)]
    parts, ends = [" "], [1]
    for start, end in pairwise(cuts):
        words = " ".join(fold(document[start:end]))
        parts.append(f"{words} " if words else "")
        ends.append(ends[-1] + len(parts[-1]))
    return "".join(parts), [(start - 1, end) for start, end in zip(ends[1::2], ends[2::2], strict=False)]


def _holds(needle: str, words: str, start: int, end: int) -> bool:
    """Whether the needle stands in the words where it has all of a place; most have not even its text."""
    most = len(needle)
    return words[start:end] in needle and words.find(needle, max(0, end - most), start + most) >= 0


def closest(text: Sequence[str], document: Sequence[str]) -> Closest | None:
    """The passage with most word trigrams of a text; None if no passage is like it. Linear in the document."""
    text = text[:MOST_WORDS]
    wanted = set(_trigrams(text))
    hits = [gram in wanted for gram in _trigrams(document)]
    start, best = _window(hits, max(1, len(text) - 2))
    if not wanted or best < ALIKE * len(wanted):
        return None
    around = document[max(0, start - SLACK) : start + len(text) + SLACK]
    parts = _parts(text, around)
    here, there = next((pair for pair in parts if text[pair[0]] != around[pair[1]]), parts[0])
    passage = around[parts[0][1].start : parts[-1][1].stop]
    before = around[parts[0][1].start : max(parts[0][1].start, there.start - 2)]
    return Closest(
        passage=" ".join(passage), here=_shown(text, here), there=_shown(around, there), at=here.start,
        start=len(" ".join(before)),
    )  # fmt: skip


def _trigrams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(words, words[1:], words[2:], strict=False))


def _window(hits: Sequence[bool], size: int) -> tuple[int, int]:
    """Start and sum of the first window of `size` with most hits."""
    total = best = sum(hits[:size])
    start = 0
    for end in range(size, len(hits)):
        total += hits[end] - hits[end - size]
        if total > best:
            start, best = end - size + 1, total
    return start, best


def _parts(text: Sequence[str], around: Sequence[str]) -> list[tuple[slice, slice]]:
    """Slices of both that belong together, in order; what the document has before and after is left out."""
    parts = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, text, around, autojunk=False).get_opcodes():
        first = max(j, j_end - (i_end - i)) if i == 0 else j
        last = min(j_end, first + (i_end - i)) if i_end == len(text) else j_end
        if i < i_end or first < last:
            parts.append((slice(i, i_end), slice(first, last)))
    return parts


def _shown(words: Sequence[str], part: slice) -> str:
    """Words of a part, with two before it and one after, at most ten."""
    return " ".join(words[max(0, part.start - 2) : part.stop + 1][:10])
