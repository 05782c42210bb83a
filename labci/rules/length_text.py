"""The rule length-text."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule

MOST_WORDS = 250


class LengthText(Rule):
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
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each longer text."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        for path, text in leaf.texts():
            words = len(text.split())
            if path[-1] != "context" and words > MOST_WORDS:
                message = f"the {path[-1]} has {words} words; the limit is {MOST_WORDS}"
                hint = "say the point, or put the text that it is about into a context"
                yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
