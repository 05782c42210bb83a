"""The rule duplicate-tree."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.rules import Rule


class DuplicateTree(Rule):
    """No question of a leaf is one of another leaf.

    Why: what two leaves ask is taught with both answers, and generation drops one of them. Among
    the leaves that are checked together, each repetition is compared with the first.

    Bad:
        # in two leaves
        question: What is a floating dock?

    Good:
        # in the leaf on docks alone
        question: What is a floating dock?
    """

    id = "duplicate-tree"
    group = "duplicate"
    severity: Severity = "warning"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each question that an earlier leaf has, too."""
        for path, asked in file.leaf.asked():
            first = file.leaf.tree.questions.meet(asked.question, asked)
            if first and first.leaf != asked.leaf and first.is_twin(asked):
                message = f"this question is asked in {first}, too"
                hint = "take it out here, or say in it what is different here"
                yield file.found_at(self, path, message, hint=hint)
