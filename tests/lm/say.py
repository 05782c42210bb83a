"""A progress that keeps what it is told."""

from __future__ import annotations


class Said:
    """Satisfies `labci.progress.Progress`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[str, int, int]] = []

    def say(self, text: str) -> None:
        """Keep a line."""
        self.lines.append(text)

    def step(self, name: str, done: int, total: int) -> None:
        """Keep a step."""
        self.steps.append((name, done, total))

    def leaf(self, path: str, done: int, total: int) -> None:
        """Keep nothing."""
