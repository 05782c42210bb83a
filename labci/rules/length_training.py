"""The rule length-training."""

from __future__ import annotations

from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark

CHARS_PER_TOKEN = 5.0  # more than English has (4 to 4.7), so that what is found is surely too long


class LengthTraining(LeafRule):
    """A seed example fits into what the student is trained on.

    Why: training never cuts a sample: it leaves out what has more tokens than
    `train.max_length`, so that this seed example would teach nothing.

    Bad:
        answer: text of some 700 tokens ...

    Good:
        answer: The same in 100 words.
    """

    id = "length-training"
    group = "length"
    severity: Severity = "error"

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding for each pair that is surely too long; tokens are estimated from characters."""
        most = config.train.max_length
        for seed in leaf.seeds:
            above = seed.context if leaf.kind == "grounded" and seed.context else ""
            for path, pair in leaf.pairs(seed):
                tokens = round(len(above + pair.question + pair.answer) / CHARS_PER_TOKEN)
                if tokens > most:
                    message = f"question, answer and context have about {tokens} tokens; train.max_length is {most}"
                    hint = "shorten them, or ask a maintainer to raise train.max_length"
                    yield Remark((*path, "answer"), message, hint)
