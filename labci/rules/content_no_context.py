"""The rule content-no-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark


class ContentNoContext(LeafRule):
    """In a grounded skill each seed example has a context.

    Why: a grounded skill answers from a text; a seed example without one teaches to make the
    text up.

    Bad:
        # in a leaf whose other seed examples have a context, or below a folder "grounded"
        - question: Which decisions were taken?
          answer: To paint the bridge.

    Good:
        - context: Minutes of 4 May. It was decided to paint the bridge.
          question: Which decisions were taken?
          answer: To paint the bridge.
    """

    id = "content-no-context"
    group = "content"
    severity: Severity = "error"

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding for each seed example without a context."""
        if leaf.kind == "knowledge" or not (leaf.kind == "grounded" or "grounded" in leaf.path.split("/")):
            return
        for seed in leaf.seeds:
            if not seed.context:
                path = ("seed_examples", seed.index, "question")
                message = f"seed example {seed.index + 1} has no context; this is a grounded skill"
                hint = "add the text that the answer comes from as context"
                yield Remark(path, message, hint)
