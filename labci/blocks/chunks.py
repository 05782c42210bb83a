"""Cut a document into paragraphs, each with its title and section heading; code and tables are left out.

Paragraphs over some 500 tokens, as pages of a PDF are, are cut between sentences: what is generated once, and
again after a change, stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from labci.blocks import Chunk
from labci.english.sentences import sentences
from labci.listing import markers
from labci.markup import plain

MAX_CHARS = 2100  # 500 tokens of English in SmolLM2's tokenizer
HEADING = re.compile(r"(#{1,6})\s+(.*)")
UNDERLINE = re.compile(r"^(=+|-{3,})\s*$")
FENCE = re.compile(r"\s*(`{3,}(?=[^`]*$)|~{3,})")  # a line of ```code``` is none
TABLE = re.compile(r"^\s*\|.*\|\s*$|^(?=.{5})[-+|=:\s]+$")
LONGEST = 10 * MAX_CHARS  # of a sentence: what goes on longer is no prose, and is cut anywhere


def chunks(text: str, *, title: str = "") -> Iterator[Chunk]:
    """Paragraphs and list items of a Markdown or plain text, in order.

    title: used until the first heading of level one, such as the name of the file.
    """
    heading, found_title = "", False
    for start, end, lines in _blocks(text):
        mark = HEADING.match(lines[0])
        if mark or (len(lines) == 2 and UNDERLINE.match(lines[1])):
            name = plain(_unclosed(mark.group(2) if mark else lines[0])[:MAX_CHARS])
            level = len(mark.group(1)) if mark else (1 if lines[1].startswith("=") else 2)
            if level == 1 and not found_title:
                title, found_title, heading = name, True, ""
            else:
                heading = name
            continue
        for first, last in _pieces(text[start:end]):
            if words := plain(text[start + first : start + last]):
                yield Chunk(title=title, heading=heading, text=words, start=start + first, end=start + last)


def _unclosed(heading: str) -> str:
    """A heading without the #s that may stand behind it; those of "C#" are its own."""
    bare = heading.rstrip("#")
    return bare if bare != heading and (not bare or bare[-1].isspace()) else heading


def joined(pieces: Iterable[Chunk], size: int) -> Iterator[Chunk]:
    """Neighbours below one heading as one chunk, as long as it has at most `size` characters."""
    last: Chunk | None = None
    for piece in pieces:
        same = last is not None and (last.title, last.heading) == (piece.title, piece.heading)
        if last is not None and same and len(last.text) + 1 + len(piece.text) <= size:
            last = replace(last, text=f"{last.text}\n{piece.text}", end=piece.end)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _pieces(paragraph: str) -> Iterator[tuple[int, int]]:
    """Offsets of the whole, or of runs of its sentences that are short enough; a longer sentence stays whole."""
    if len(paragraph) <= MAX_CHARS:
        yield 0, len(paragraph)
        return
    first = last = 0
    for start, end in (place for _, *ends in sentences(paragraph) for place in _cut(*ends)):
        if last and end - first > MAX_CHARS:
            yield first, last
            first = start
        last = end
    yield first, last


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence's offsets; those of its pieces where it is endless."""
    step = MAX_CHARS if end - start > LONGEST else end - start
    yield from ((at, min(at + step, end)) for at in range(start, end, step))


def _blocks(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Runs of lines that belong together, with their offsets."""
    lines: list[str] = []
    start = offset = 0
    fence = ""
    rows = text.splitlines(keepends=True)
    for raw, marker in zip(rows, markers(rows), strict=True):
        line = raw.rstrip()
        found = FENCE.match(line)
        if fence:
            fence = "" if found and _closes(line.strip(), fence) else fence
            line = ""
        elif found:
            fence, line = found[1], ""
        breaks = not line or bool(TABLE.match(line) and not (lines and UNDERLINE.match(line)))
        if lines and (breaks or HEADING.match(line) or HEADING.match(lines[-1]) or marker):
            yield start, offset, lines
            lines = []
        if not breaks:
            start = start if lines else offset
            lines.append(line)
        offset += len(raw)
    if lines:
        yield start, offset, lines


def _closes(line: str, fence: str) -> bool:
    """Whether a line ends a block of code: the character that began it, as often at least, and nothing else."""
    return len(line) >= len(fence) and not line.strip(fence[0])
