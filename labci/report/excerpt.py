"""Contributors' text on a terminal or in a comment: nothing in it acts, and carets stand under the place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from labci.diagnostic import Position
from labci.printable import printable

WIDTH = 100  # characters of a source line that are shown
MAX_CELL = 300  # characters of a question, an answer, a passage, a finding
MAX_ESCAPED = 400  # of them as Markdown, which GitHub counts: a comment has 65,536 at most


def quote(lines: Sequence[str], at: Position) -> tuple[str, str]:
    """A line of a file, cut to `WIDTH` around the place, and the carets that belong under it."""
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    start = at.column - 1
    end = at.end_column - 1 if at.end_line == at.line else len(line)
    first = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
    last = min(len(line), first + WIDTH)
    head = "…" if first else ""
    tail = "…" if last < len(line) else ""
    before, marked = line[first:start], line[start : min(end, last)]
    carets = "^" * max(1, _width(printable(marked).replace("\t", " ")))
    indent = " " * (len(head) + _width(printable(before).replace("\t", " ")))
    return head + printable(line[first:last]).replace("\t", " ") + tail, indent + carets


def masked(lines: Sequence[str], places: Sequence[Position]) -> Sequence[str]:
    """The lines with what stands at these places shown as dots; a place of several lines hides them whole."""
    if not places:
        return lines
    found = list(lines)
    for at in places:
        for number in range(at.line, min(at.end_line, len(found)) + 1):
            line = found[number - 1]
            start, end = (at.column - 1, at.end_column - 1) if at.line == at.end_line else (0, len(line))
            found[number - 1] = line[:start] + "•" * (end - start) + line[end:]
    return found


def _width(text: str) -> int:
    """Columns on a terminal: two for wide characters, none for combining marks."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def markdown(text: str) -> str:
    """One line of literal Markdown: no markup, mention, reference, link, formula or HTML of it works."""
    text = printable(re.sub(r"\s+", " ", text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", text)
    text = text.replace("@", "@&#8203;").replace("\\#", "&#35;&#8203;").replace("$", "&#36;&#8203;")
    return re.sub(r"\bwww\.", "www&#46;&#8203;", text.replace("://", "&#58;//"), flags=re.IGNORECASE)


def cell(text: str) -> str:
    """Text for a cell of Markdown: literal, and cut; one of signs, each of which takes twelve characters, more."""
    if len(text) > MAX_CELL:
        text = text[: MAX_CELL - 1].rstrip() + "…"
    while len(escaped := markdown(text)) > MAX_ESCAPED:
        text = text[: len(text) * 3 // 4].rstrip() + "…"
    return escaped


def plain(text: str) -> str:
    """One line for where no Markdown is read: what could hide or reorder is shown, and nobody is mentioned."""
    return printable(re.sub(r"\s+", " ", text)).strip().replace("@", "@\u200b")


def block(text: str) -> str:
    """Plain text as a fenced block of Markdown."""
    return fenced(text, "text")


def fenced(text: str, kind: str) -> str:
    """A fenced block of Markdown of a kind, with a fence longer than any in the text."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text}\n{fence}"
