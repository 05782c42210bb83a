"""Words without their endings, to see whether two texts speak of the same things."""

from __future__ import annotations

import re
from typing import Final

from labci.english.lexicon import FUNCTION, IRREGULAR, tokens

SUFFIXES: Final = ("ings", "ing", "ies", "edly", "ed", "es", "s", "er", "e", "ly", "y")


def stems(text: str) -> set[str]:
    """Content words without their commonest endings."""
    return {stem_of(word.casefold()) for word, _, _ in tokens(text) if word.casefold() not in FUNCTION}


def stem_of(word: str) -> str:
    """A word without its commonest ending; an irregular past as its verb."""
    word = re.sub(r"['’]s?$", "", word)
    word = IRREGULAR.get(word, word)
    for ending in SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
