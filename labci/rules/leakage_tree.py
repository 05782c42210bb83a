"""The rule leakage-tree."""

from __future__ import annotations

from labci.diagnostic import Severity
from labci.linttree import Asked, Met
from labci.rules import TreeRule


class LeakageTree(TreeRule):
    """No leaf teaches a question that another leaf holds out.

    Why: a held-out question measures what a model learned; taught by another leaf, it measures
    nothing. A change is compared with the whole tree.

    Bad:
        # in heldout.yaml of one leaf, and in qna.yaml of another
        question: How does one call a dock that swims?

    Good:
        # in one of them, in other words
        question: What is the name of a dock that swims?
    """

    id = "leakage-tree"
    group = "leakage"
    severity: Severity = "warning"

    def remark(self, asked: Asked, met: Met) -> tuple[str, str] | None:
        """One finding for each question that stands on the other side in an earlier leaf."""
        if met.other is None:
            return None
        return f"this question is {'taught' if asked.held else 'held out'} in {met.other}", "ask it in other words here"
