"""The rule content-empty."""

from __future__ import annotations

from labci.diagnostic import Severity
from labci.rules import TextRule


class ContentEmpty(TextRule):
    """A question, an answer and a context say something.

    Why: white space passes the schema, and would be taught as an answer.

    Bad:
        answer: "  "

    Good:
        answer: In Lindholt.
    """

    id = "content-empty"
    group = "content"
    severity: Severity = "error"
    hint = "write it, or take the seed example out"

    def problem(self, field: str, text: str) -> str:
        """White space alone."""
        return "" if text else f"the {field} is only white space"
