"""Progress on stderr: bars on a terminal, a plain line now and then elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

PLAIN_SECONDS = 15.0


def task_of(name: str) -> str:
    """What stays the same while a task runs: "training, loss 2.31" is the task "training"."""
    return name.split(",", 1)[0]


class Quiet:
    """Says nothing."""

    def say(self, text: str) -> None:
        """Drop the line."""

    def step(self, name: str, done: int, total: int) -> None:
        """Drop the step."""


class Plain:
    """One line per message, and at most one line every quarter minute per running task."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.last: dict[str, float] = {}

    def say(self, text: str) -> None:
        """Write the line with the seconds since the start."""
        sys.stderr.write(f"[{time.monotonic() - self.began:6.0f} s] {text}\n")
        sys.stderr.flush()

    def step(self, name: str, done: int, total: int) -> None:
        """Write a line if the last one of this task is old enough, or the task has ended."""
        now, key = time.monotonic(), task_of(name)
        started = self.last.setdefault(key, now)
        if done >= total or now - started >= PLAIN_SECONDS:
            self.last[key] = now
            self.say(f"{name}: {done} of {total}")
        if done >= total:
            self.last.pop(key, None)


class Bars:
    """Bars of rich; messages appear above them."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"))
        self.progress = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self.console)
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self.progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.progress.stop()

    def say(self, text: str) -> None:
        """Write the line above the bars."""
        self.console.print(text, highlight=False, markup=False)

    def step(self, name: str, done: int, total: int) -> None:
        """Move the task's bar; a finished one is removed."""
        key = task_of(name)
        task = self.tasks.get(key)
        if task is None:
            task = self.tasks[key] = self.progress.add_task(name, total=total)
        self.progress.update(task, completed=done, total=total, description=name)
        if done >= total:
            self.progress.remove_task(self.tasks.pop(key))
