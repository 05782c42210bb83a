"""Progress on stderr: bars on a terminal, a plain line now and then elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from types import TracebackType

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from labci.printable import printable
from labci.report.pace import Pace, duration

PLAIN_SECONDS = 15.0
NAME, BAR = 32, 20  # characters of a leaf's path and of a bar: a line fits into 80
LEAVES = 8  # that have a line of their own at once: a thousand in work must not fill the terminal


def task_of(name: str) -> str:
    """What stays the same while a task runs: "training, loss 2.31" is the task "training"."""
    return name.split(",", 1)[0]


class Quiet:
    """Says nothing."""

    def say(self, text: str) -> None:
        """Drop the line."""

    def step(self, name: str, done: int, total: int) -> None:
        """Drop the step."""

    def leaf(self, path: str, done: int, total: int) -> None:
        """Drop the leaf."""


class Plain:
    """One line per message, and at most one line every quarter minute per running task."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.began = clock()
        self.last: dict[str, float] = {}
        self.pace: dict[str, Pace] = {}

    def say(self, text: str) -> None:
        """Write the line with the seconds since the start."""
        sys.stderr.write(f"[{self.clock() - self.began:6.0f} s] {text}\n")
        sys.stderr.flush()

    def step(self, name: str, done: int, total: int) -> None:
        """Write a line if the last one of this task is old enough, or the task has ended."""
        now, key = self.clock(), task_of(name)
        started = self.last.setdefault(key, now)
        pace = self.pace.setdefault(key, Pace())
        pace.note(now, done)
        if done >= total or now - started >= PLAIN_SECONDS:
            self.last[key] = now
            self.say(how_far(name, done, total, pace))
        if done >= total:
            self.last.pop(key, None)
            self.pace.pop(key, None)

    def leaf(self, path: str, done: int, total: int) -> None:
        """Nothing: a leaf has its line when it is done."""


def how_far(name: str, done: int, total: int, pace: Pace) -> str:
    """ "generate: 120 of 520 calls, 2.1 calls/s, about 3 min left"."""
    what, _, unit = name.partition(": ")
    text = f"{what}: {done} of {total}{unit and ' '}{unit}"
    left = pace.left(total)
    if left is None or done >= total:
        return text
    return f"{text}, {pace.rate:.3g}{unit and ' '}{unit}/s, about {duration(left)} left"


class _Lines(Progress):
    """Leaves above, and the whole below them, however they come and go."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """One table of all tasks."""
        yield self.make_tasks_table(sorted(self.tasks, key=lambda task: not task.fields.get("leaf", False)))


class Bars:
    """Bars of rich; messages appear above them, and leaves in work below."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, markup=False, emoji=False)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(BAR),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        )
        self.progress = _Lines(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self.console)
        self.tasks: dict[str, TaskID] = {}
        self.leaves: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self.progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.progress.stop()

    def say(self, text: str) -> None:
        """Write the line above the bars."""
        self.console.print(Text(text))

    def step(self, name: str, done: int, total: int) -> None:
        """Move the task's bar; a finished one is removed."""
        key = task_of(name)
        task = self.tasks.get(key)
        if task is None:
            task = self.tasks[key] = self.progress.add_task(name, total=total)
        self.progress.update(task, completed=done, total=total, description=name)
        if done >= total:
            self.progress.remove_task(self.tasks.pop(key))

    def leaf(self, path: str, done: int, total: int) -> None:
        """Move the leaf's line; some leaves have one, and the others as those end."""
        task = self.leaves.get(path)
        if task is None:
            if len(self.leaves) >= LEAVES or done >= total:
                return
            task = self.leaves[path] = self.progress.add_task(f"  {_short(path)}", total=total, leaf=True)
        self.progress.update(task, completed=done, total=total)
        if done >= total:
            self.progress.remove_task(self.leaves.pop(path))


def _short(path: str) -> str:
    """The end of a long path."""
    shown = printable(path)
    return shown if len(shown) <= NAME else f"…{shown[1 - NAME :]}"
