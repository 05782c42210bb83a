"""The rule content-empty."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule


class ContentEmpty(Rule):
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
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each text of white space alone."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        for path, text in leaf.texts():
            if not text:
                message = f"the {path[-1]} is only white space"
                hint = "write it, or take the seed example out"
                yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
