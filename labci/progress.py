"""Where anything that takes long says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Goes to stderr, as bars on a terminal and plain lines elsewhere (`labci.report.progress`)."""

    def say(self, text: str) -> None:
        """One line for the user."""
        ...

    def step(self, name: str, done: int, total: int) -> None:
        """`done` of `total` of `name` are finished; may be called often. "generate: calls" counts calls."""
        ...

    def leaf(self, path: str, done: int, total: int) -> None:
        """A leaf is in work, `done` of the `total` that are known of it; when they are equal it leaves the display."""
        ...
