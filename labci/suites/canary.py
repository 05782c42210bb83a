"""Prompts whose answers show a broken model."""

from __future__ import annotations

from collections.abc import Sequence

from labci import general
from labci.heldout import Item

NAME = "canary"


class CanarySuite:
    """Refusals, and questions that any model answers in words."""

    contrast = False

    def items(self) -> Sequence[Item]:
        """See `Suite.items`; an item is its own cluster."""
        return [
            Item(id=item.id, leaf=NAME, cluster=item.id, question=item.question, answer=item.answer)
            for item in general.canary_items()
        ]
