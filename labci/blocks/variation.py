"""Is a new question, or a new context, of a skill of any use: not empty, not the seed's, not too long."""

from __future__ import annotations

import re

from labci.heldout import jaccard, trigrams

LABEL = re.compile(r"^(?:new )?(?:request|question|text|example|task)\s*\d*\s*:\s*", re.IGNORECASE)
SAME = 0.8
MIN_WORDS = 3
REFUSAL = re.compile(r"\b(?:i'?m sorry|i can(?:no|')t|as an ai|language model)\b", re.IGNORECASE)


def clean(text: str) -> str:
    """The text without labels and quotes around it."""
    return LABEL.sub("", text.strip()).strip().strip('"“”').strip()


def trouble(text: str, example: str, *, max_words: int) -> tuple[str, str]:
    """Reason and detail why a variation can't be used, or two empty strings."""
    count = len(text.split())
    if count < MIN_WORDS or REFUSAL.search(text):
        return "unparsable", "no new text"
    if count > max_words:
        return "too-long", f"{count} words"
    if jaccard(trigrams(text), trigrams(example)) >= SAME:
        return "echoes-seed", "repeats its example"
    return "", ""
