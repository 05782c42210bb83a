"""Watches a training run: progress, time for a checkpoint, and losses that mean it must stop."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

from labci.errors import FindingsError
from labci.progress import Progress

WINDOW = 5  # steps whose mean is compared
LONG = 40  # steps whose mean is compared with the best so far: of so many one that has odd samples decides nothing
WORSE_NATS = 3.0  # a mean this much above an earlier one, and twice as high, is no noise
SAVED = 20  # times as long as a save took pass before the next: one of 87 GB (7 billion parameters) takes a minute


class Watch:
    """Losses by step. `batches` are the names of the samples of each step."""

    def __init__(self, name: str, batches: Sequence[Sequence[str]], progress: Progress, save_seconds: float) -> None:
        self.name = name
        self.batches = batches
        self.total = len(batches)
        self.progress = progress
        self.save_seconds = save_seconds
        self.losses: list[float] = []
        self.best = math.inf
        self.saved = time.monotonic()
        self.pause = save_seconds

    def begin(self, losses: Sequence[float]) -> None:
        """Take over the losses of the steps that a resumed run has behind it."""
        self.losses = list(losses)
        self.best = min(
            (_mean(self.losses[end - LONG : end]) for end in range(LONG, len(losses) + 1)), default=math.inf
        )
        self.saved, self.pause = time.monotonic(), self.save_seconds
        self.progress.step(self.name, len(losses), len(self.batches))

    def end_of_step(self, loss: float) -> None:
        """Note a step's loss; FindingsError where it is not finite or the run diverges."""
        step = len(self.losses)
        if not math.isfinite(loss):
            self._stop(f"the loss is {loss}", step)
        self.losses.append(loss)
        for before, now, steps in self._compared():
            if now > max(2 * before, before + WORSE_NATS):
                worst = max(range(step + 1 - steps, step + 1), key=self.losses.__getitem__)
                self._stop(f"the loss rose from {before:.2f} to {now:.2f}", step, worst)
        self.progress.step(f"{self.name}, loss {_mean(self.losses[-WINDOW:]):.2f}", step + 1, self.total)

    def before_update(self, norm: float) -> None:
        """Look at the gradient of the step that was noted last, before it changes a weight; FindingsError as above.

        norm: of the whole gradient. A finite loss can have one that is not, and every weight would be lost by it.
        """
        if not math.isfinite(norm):
            self._stop(f"the gradient's norm is {norm}", len(self.losses) - 1)

    def wants_checkpoint(self) -> bool:
        """Whether enough time has passed since the last checkpoint and enough work is left to save."""
        due = time.monotonic() - self.saved > self.pause
        return due and len(self.losses) < len(self.batches)

    def checkpoint_saved(self, seconds: float) -> None:
        """Count the time to the next checkpoint from here; seconds: how long this one took."""
        self.pause = max(self.save_seconds, SAVED * seconds) if self.save_seconds else 0.0
        self.saved = time.monotonic()

    def _compared(self) -> Iterator[tuple[float, float, int]]:
        """Means that must not rise, and of how many steps: of a few since the first, of many since the best."""
        if len(self.losses) >= 2 * WINDOW:
            yield _mean(self.losses[:WINDOW]), _mean(self.losses[-WINDOW:]), WINDOW
        if len(self.losses) >= LONG:
            last = _mean(self.losses[-LONG:])
            self.best = min(self.best, last)
            yield self.best, last, LONG

    def _stop(self, what: str, step: int, worst: int | None = None) -> None:
        """worst: the step whose samples are named, if it is not the last one."""
        at = step if worst is None else worst
        of = "this step" if at == step else f"step {at + 1}, whose loss was highest ({self.losses[at]:.2f})"
        names = ", ".join(name[:16] for name in self.batches[at])
        raise FindingsError(
            f"training stopped at step {step + 1} of {self.total}: {what}; samples of {of}: {names}",
            hint="lower train.learning_rate, or look at these samples in mixture/train.jsonl",
        )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
