"""The rule content-one-word."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark

SENTENCE = 4  # words in the median answer from which on answers count as sentences


class ContentOneWord(LeafRule):
    """Where most answers are sentences, none is a single word.

    Why: seed examples show the form of a good answer; one that breaks it teaches the model to
    break it, too.

    Bad:
        answer: Yes

    Good:
        answer: Yes, the bridge is open in winter, too.
    """

    id = "content-one-word"
    group = "content"
    severity: Severity = "warning"

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding for each answer of one word among sentences."""
        if leaf.kind == "knowledge":
            return  # short answers are what the knowledge flow teaches first
        answers = [(path, text) for path, text in leaf.texts() if path[-1] == "answer" and text]
        if statistics.median([len(text.split()) for _, text in answers] or [0]) < SENTENCE:
            return
        for path, text in answers:
            if len(text.split()) == 1:
                message = f"the answer is the one word {text[:40]!r}; most answers here are sentences"
                hint = "answer in a sentence, as the other seed examples do"
                yield Remark(path, message, hint)
