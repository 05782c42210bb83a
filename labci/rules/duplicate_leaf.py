"""The rule duplicate-leaf."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.linttree import Asked
from labci.rules import Rule
from labci.seen import Seen


class DuplicateLeaf(Rule):
    """No question of a leaf is asked twice.

    Why: what is asked twice is taught twice, and with two answers the model learns neither. Questions
    count as equal if nearly all of their word trigrams are (Jaccard 0.8), and their numbers.

    Bad:
        - question: Where was the Garrow press built?
          answer: In Lindholt
        - question: Where was the garrow press built
          answer: In Oldenby

    Good:
        - question: Where was the Garrow press built?
          answer: In Lindholt
        - question: Where was the Garrow press sold?
          answer: In Oldenby
    """

    id = "duplicate-leaf"
    group = "duplicate"
    severity: Severity = "warning"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each repetition, at its place, of the first of them."""
        seen = Seen[Asked]()
        for asked in file.leaf.asked:
            first = seen.meet(asked.question, asked, asked.keys)
            if first:
                same = first.answer == asked.answer
                message = f"this repeats the question of line {first.position.line}"
                message += "" if same else f", which has the answer {first.answer[:60]!r}"
                hint = "take one out" if same else "say in each what tells them apart, or take one out"
                yield file.found(self, asked.position, message, hint=hint, pointer=asked.pointer)
