"""The half of the shipped general items that only the gate reads."""

from __future__ import annotations

from collections.abc import Sequence

from labci import general
from labci.heldout import Item

NAME = "general"


class GeneralSuite:
    """200 items: facts, reasoning, writing and refusals."""

    contrast = False

    def items(self) -> Sequence[Item]:
        """See `Suite.items`."""
        return [item.asked(NAME) for item in general.gate_items()]
