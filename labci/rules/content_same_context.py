"""The rule content-same-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.digest import fold
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule


class ContentSameContext(Rule):
    """No two seed examples have the same context.

    Why: each context is a cluster of the gate and a piece of the document for the teacher; the
    same one twice is counted as one. Put its questions below it together.

    Bad:
        # two seed examples
        context: The press is built in Lindholt.

    Good:
        # one seed example
        context: The press is built in Lindholt.
        questions_and_answers:
          # the questions of both
    """

    id = "content-same-context"
    group = "content"
    severity: Severity = "warning"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each repeated context, at its repetition."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        first: dict[str, int] = {}
        for path, text in leaf.texts():
            if path[-1] != "context" or not text or leaf.kind != "knowledge":
                continue
            number = int(path[1]) + 1
            original = first.setdefault(fold(text).casefold(), number)
            if original != number:
                message = f"this is the context of seed example {original} again"
                hint = f"move its questions to seed example {original}"
                yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
