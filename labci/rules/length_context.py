"""The rule length-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule

MOST_WORDS = 500


class LengthContext(Rule):
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
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each longer context."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        for path, text in leaf.texts():
            words = len(text.split())
            if path[-1] == "context" and words > MOST_WORDS:
                message = f"the context has {words} words; the limit is {MOST_WORDS}"
                hint = "cut it to what its questions ask, or make two seed examples of it"
                yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
