"""The rule leakage-heldout."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.heldout import LEAK_JACCARD, jaccard, trigrams
from labci.leaf import HELDOUT_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class LeakageHeldout(Rule):
    """A held-out question does not repeat a seed example.

    Why: seed examples are taught: a question that is both measures memory, not learning.
    Generation drops such a seed question from training.

    Bad:
        # in qna.yaml and in heldout.yaml
        question: What is a leaf of the taxonomy?

    Good:
        # in heldout.yaml, in other words
        question: How does one call the end of a taxonomy path?
    """

    id = "leakage-heldout"
    group = "leakage"
    severity: Severity = "warning"
    files = (HELDOUT_FILE,)
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each held-out question that has all or nearly all words of a seed question."""
        leaf = file.leaf.leaf
        if leaf is None or file.node is None:
            return
        seeds = {pair.question: index for index, seed in enumerate(leaf.seeds) for pair in seed.pairs}
        grams = {question: trigrams(question) for question in seeds}
        for number, (pair, _) in enumerate(leaf.heldout):
            own = trigrams(pair.question)
            twin = next((q for q, other in grams.items() if jaccard(own, other) >= LEAK_JACCARD), None)
            if twin is not None:
                message = f"this question repeats one of seed example {seeds[twin] + 1}"
                at = file.node.position_of("items", number, "question")
                hint = "ask it in other words, or ask something else"
                yield file.found(self, at, message, hint=hint, pointer=f"/items/{number}/question")
