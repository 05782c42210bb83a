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
        """See `Suite.items`."""
        return [item.asked(NAME) for item in general.canary_items()]
