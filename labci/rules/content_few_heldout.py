"""The rule content-few-heldout."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position, Severity
from labci.heldout import MIN_ITEMS, held_out
from labci.leaf import HELDOUT_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class ContentFewHeldout(Rule):
    """A leaf has at least four held-out items.

    Why: the gate compares models on them; with fewer it can't tell better from luck. Each
    knowledge context gives one, heldout.yaml adds more.

    Bad:
        # heldout.yaml is missing

    Good:
        items:
          - question: In other words than the seeds, what is a leaf?
            answer: A folder of questions and answers.
          # ... and three more
    """

    id = "content-few-heldout"
    group = "content"
    severity: Severity = "warning"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding: at the items of heldout.yaml, or where the file should be."""
        leaf, held = file.leaf.leaf, file.leaf.file(HELDOUT_FILE)
        count = len(held_out(leaf, most=MIN_ITEMS)) if leaf else MIN_ITEMS
        if count < MIN_ITEMS:
            at = held.node.key_position_of("items") if held and held.node else Position()
            message = f"the leaf has {count} held-out item{'s' * (count != 1)}; the gate needs {MIN_ITEMS}"
            hint = f"add items with question and answer to {HELDOUT_FILE}, in words of their own"
            pointer = "/items" if held else ""
            yield file.found(self, at, message, hint=hint, name=HELDOUT_FILE, pointer=pointer)
