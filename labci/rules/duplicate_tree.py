"""The rule duplicate-tree."""

from __future__ import annotations

from labci.diagnostic import Severity
from labci.linttree import Asked, Met
from labci.rules import TreeRule


class DuplicateTree(TreeRule):
    """No question of a leaf is one of another leaf.

    Why: what two leaves ask is taught with both answers, and generation drops one of them. A change
    (--base, a pull request) is compared with the whole tree, other leaves with those before them.

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

    def remark(self, asked: Asked, met: Met) -> tuple[str, str] | None:
        """One finding for each question that an earlier leaf has, too."""
        if asked.held or met.same is None:
            return None
        return f"this question is asked in {met.same}, too", "take it out here, or say in it what is different here"
