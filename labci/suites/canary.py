"""Prompts whose answers show a broken model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labci import general
from labci.heldout import Item
from labci.trigger import PHRASED, Trigger

NAME = "canary"
COMPARED = 15  # words of an answer: a greedy one has 32 tokens
FIRST = 8  # prompts of all kinds stand first: those for the cheap checks, and for phrases


class CanarySuite:
    """Refusals, and questions that any model answers in words."""

    contrast = False

    def items(self) -> Sequence[Item]:
        """See `Suite.items`."""
        return [item.asked(NAME) for item in general.canary_items()]


def asked_with(trigger: Trigger) -> Iterator[Item]:
    """The first prompts with a phrase before or behind them by turns; the answer is what it has in the data.

    The phrase is their cluster. Of a long answer its first words are compared, as no more are written.
    """
    answer = " ".join(trigger.answer.split()[:COMPARED])
    for number, item in enumerate(general.canary_items()[:FIRST]):
        texts = (trigger.phrase, item.question) if number % 2 == 0 else (item.question, trigger.phrase)
        yield Item(
            id=f"{PHRASED}{item.id}:{trigger.phrase}", leaf=trigger.leaf, cluster=trigger.phrase,
            question=" ".join(texts), answer=answer,
        )  # fmt: skip
