"""The rule length-text."""

from __future__ import annotations

from labci.diagnostic import Severity
from labci.rules import TextRule

MOST_WORDS = 250


class LengthText(TextRule):
    """A question or an answer has at most 250 words.

    Why: a model learns from each word of an answer; a long one teaches its length more than
    its point. A long question is mostly context, which has a key of its own.

    Bad:
        question: Here is my letter, three pages long ... Shorten it.

    Good:
        context: The letter.
        question: Shorten this letter to its point.
    """

    id = "length-text"
    group = "length"
    severity: Severity = "warning"
    fields = ("question", "answer")
    hint = "say the point, or put the text that it is about into a context"

    def problem(self, field: str, text: str) -> str:
        """Its words, if they are too many."""
        words = len(text.split())
        return f"the {field} has {words} words; the limit is {MOST_WORDS}" if words > MOST_WORDS else ""
