"""Split a paragraph into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

LOOK_BACK = 40  # characters, for an abbreviation: a text of these alone must not be read again for each
END = re.compile(r"[.!?…]{1,10}[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9À-Þ])")
ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "no",
        "nos",
        "vol",
        "fig",
        "sec",
        "ch",
        "eq",
        "e.g",
        "i.e",
        "etc",
        "vs",
        "cf",
        "ca",
        "approx",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ]
)


STOPS = (".", "!", "?", "…")


def as_sentence(text: str) -> str:
    """A clause as people write it where it stands alone: a capital in front, a stop at the end; "" for no text."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith(STOPS) else ".")


def sentences(text: str) -> Iterator[tuple[str, int, int]]:
    """Sentences with their offsets in `text`; a stop after an abbreviation or an initial is none."""
    start = 0
    for match in END.finditer(text):
        before = text[max(start, match.start() - LOOK_BACK) : match.start()].split()
        word = before[-1].lstrip("(\"'“‘") if before else ""
        single = len(word) == 1 and word.isupper()
        if match.group().startswith(".") and (word.casefold() in ABBREVIATIONS or single):
            continue
        end = match.start() + len(match.group().rstrip())
        yield text[start:end].strip(), start, end
        start = match.end()
    if rest := text[start:].strip():
        yield rest, start, len(text)
