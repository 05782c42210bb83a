"""The rule leakage-tree."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class LeakageTree(Rule):
    """No leaf teaches a question that another leaf holds out.

    Why: a held-out question measures what a model learned; taught by another leaf, it measures
    nothing. Among the leaves that are checked together.

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
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each question that stands on the other side in an earlier leaf."""
        tree, held = file.leaf.tree, file.role == HELDOUT_FILE
        own, other = (tree.heldout, tree.questions) if held else (tree.questions, tree.heldout)
        for path, asked in file.leaf.held() if held else file.leaf.asked():
            own.meet(asked.question, asked)
            first = other.find(asked.question)
            if first and first.leaf != asked.leaf and first.is_twin(asked):
                message = f"this question is {'taught' if held else 'held out'} in {first}"
                yield file.found_at(self, path, message, hint="ask it in other words here")
