"""The rule length-context."""

from __future__ import annotations

from labci.diagnostic import Severity
from labci.rules import TextRule

MOST_WORDS = 500


class LengthContext(TextRule):
    """A context has at most 500 words.

    Why: a context is shown to the teacher whole, and to the student in grounded skills. Small
    models read long ones badly, and a reviewer can't check them against the document.

    Bad:
        context: a whole chapter ...

    Good:
        context: |
          Two or three paragraphs that say what the questions below ask.
    """

    id = "length-context"
    group = "length"
    severity: Severity = "warning"
    fields = ("context",)
    hint = "cut it to what its questions ask, or make two seed examples of it"

    def problem(self, field: str, text: str) -> str:
        """Its words, if they are too many."""
        words = len(text.split())
        return f"the {field} has {words} words; the limit is {MOST_WORDS}" if words > MOST_WORDS else ""
