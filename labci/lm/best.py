"""Which weights of a training run are the best, by the likelihood of the development set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labci import crew, digest
from labci.artifact import read_jsonl
from labci.lm.likelihood import log_likelihood
from labci.lm.load import LanguageModel
from labci.lm.settings import Measured
from labci.request import Continuation
from labci.turns import spread

MOST = 100  # development items: more are slower, hardly surer


class Best:
    """Measures at the end of each pass, and keeps on disk the trainable weights of the lowest NLL.

    The NLL is the one that merge-back and the gate read, and not the Trainer's evaluation loss: that one counts the
    turn's end, and would compute the head over the whole vocabulary at every token. steps: where a pass ends.
    """

    def __init__(
        self, lm: LanguageModel, items: Sequence[Continuation], steps: Sequence[int], patience: int, work: Path
    ) -> None:
        self.lm, self.items, self.steps = lm, items, frozenset(steps)
        self.patience, self.work = patience, work
        self.curve: list[Measured] = []
        self.sealed: Measured | None = None  # the best one when the last checkpoint was written

    def begin(self, curve: Sequence[Measured]) -> None:
        """Take over what a resumed run has measured."""
        self.curve = list(curve)
        self.sweep()

    @property
    def best(self) -> Measured | None:
        """The lowest point; of equal ones the first."""
        return min(self.curve, key=lambda point: point.nll, default=None)

    @property
    def enough(self) -> bool:
        """Whether the last `patience` points brought nothing lower."""
        if not self.patience or self.best is None:
            return False
        return len(self.curve) - 1 - self.curve.index(self.best) >= self.patience

    def end_of_step(self, step: int) -> bool:
        """Measure if a pass ends here; whether training is to end."""
        if step in self.steps:
            before = self.best
            point = Measured(step=step, nll=crew.shared(self._measure))
            self.curve.append(point)
            if before is None or point.nll < before.nll:
                self._keep(step)
                self._remove_others()
        return self.enough

    def restore(self) -> None:
        """Give the model the weights of the best point."""
        from safetensors.torch import load_file

        if self.best is not None:
            self.lm.model.load_state_dict(load_file(self._file(self.best.step)), strict=False)

    def sweep(self) -> None:
        """A checkpoint has been written, which needs the best weights of now: remove all others."""
        self.sealed = self.best
        self._remove_others()

    def _remove_others(self) -> None:
        """Remove weights that are neither the best nor those that the last checkpoint goes on from."""
        kept = {self._file(point.step) for point in (self.best, self.sealed) if point}
        for file in self.work.glob("best-*"):
            if file not in kept and crew.first():
                file.unlink(missing_ok=True)

    def _file(self, step: int) -> Path:
        return self.work / f"best-{step}.safetensors"

    def _keep(self, step: int) -> None:
        from safetensors.torch import save_file

        if crew.first():
            file = self._file(step)
            part = file.with_suffix(".part")
            save_file(_trained(self.lm.model), part)
            os.replace(part, file)

    def _measure(self) -> float:
        model = self.lm.model
        training = model.training
        model.eval()
        try:
            found = log_likelihood(self.lm, self.items)
        finally:
            model.train(training)
        return sum(-total / max(1, tokens) for total, tokens in found) / len(found)


def dev_items(dev: Path | None, most: int = MOST) -> list[Continuation]:
    """Some rows of a development set (`mixture/dev.jsonl`), of each leaf in turn."""
    rows = spread_rows(read_jsonl(dev), most) if dev is not None else ()
    return [Continuation.of_row(row) for row in rows]


def spread_rows(rows: Iterable[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """At most so many rows, by the digests of their ids, leaves in turn: the first of a file would be one leaf's."""
    return spread(rows, most, group=lambda row: row.get("leaf", ""), key=lambda row: digest.of_json(row["id"]))


def _trained(model: Any) -> dict[str, Any]:
    return {
        name: weight.detach().cpu().contiguous() for name, weight in model.named_parameters() if weight.requires_grad
    }
