"""What the likelihood judges cost before the cheap filters, and after them: the same candidates, both orders."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labci import models
from labci.artifact import read_json, read_jsonl
from labci.blocks import sift
from labci.blocks.likelihood import contrasts, judge
from labci.blocks.match import explained, keep_matching
from labci.flows.answer_first import cheap
from labci.models.specialist.conversations import prompt
from labci.request import Continuation
from labci.sample import Sample
from labci.units import Unit
from labci.work import task_of
from scripts.benches.opened import Opened
from scripts.benches.ways import written

MODEL = "smollm2-135m"


@dataclass(slots=True)
class Meter:
    """A model that scores continuations, without a store: what was asked of it is counted.

    tokens: of prompts and continuations, those that several items share in each of them.
    """

    folder: Path
    items: int = 0
    tokens: int = 0
    seconds: float = 0.0
    model: Any = field(default=None, repr=False)

    def __call__(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        """(sum of log probabilities, tokens) of each item."""
        from labci.lm.ids import pair_ids
        from labci.lm.likelihood import log_likelihood
        from labci.lm.load import open_model

        if self.model is None:
            self.model = open_model(self.folder)
        began = time.monotonic()
        found = log_likelihood(self.model, items)
        self.items += len(items)
        self.seconds += time.monotonic() - began
        pairs = (pair_ids(self.model.tokenizer, item.messages, item.text) for item in items)
        self.tokens += sum(len(asked) + len(said) for asked, said in pairs)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one order: likelihoods computed, their tokens and seconds, and what was kept."""

    likelihoods: int
    tokens: int
    seconds: float
    kept: int

    def to_json(self) -> dict[str, Any]:
        """For a cell."""
        return {
            "likelihoods": self.likelihoods, "tokens": self.tokens, "seconds": round(self.seconds, 1),
            "kept": self.kept,
        }  # fmt: skip


Step = Callable[[list[Sample]], list[Sample]]


def both(opened: Opened, run: Path) -> dict[str, dict[str, Any]]:
    """Costs with the cheap filters first, as labci has it, and with the judges first."""
    kept = [Sample.from_json(row) for row in read_jsonl(run / "samples.jsonl")]
    candidates = list(written(run, kept, read_jsonl(run / "rejects.jsonl")))
    units = {unit.digest: unit for unit in opened.units()}
    calibration = read_json(run / "generation.json")["leaves"][0]["calibration"]
    threshold = calibration["threshold"] if calibration and calibration["used"] else None
    settings = opened.work.flow.settings
    filters = {key: cheap(task_of(opened.job, opened.work, unit)) for key, unit in units.items()}

    def filtered(samples: list[Sample]) -> list[Sample]:
        return [item for sample in samples for item in sift([sample], filters[sample.unit])[0]]

    specialist = Meter(models.specialist_folder())
    student = Meter(models.student_folder(MODEL))
    judges: list[Step] = [
        lambda samples: _matching(samples, units, specialist, settings),
        lambda samples: _judged(samples, student, threshold),
    ]
    orders: dict[str, list[Step]] = {"cheap first": [filtered, *judges], "expensive first": [*judges, filtered]}
    return {name: _run(steps, candidates, (specialist, student)).to_json() for name, steps in orders.items()}


def _run(steps: Iterable[Step], samples: list[Sample], meters: Sequence[Meter]) -> Cost:
    items, tokens, seconds = _read(meters)
    for step in steps:
        samples = step(samples)
    after = _read(meters)
    return Cost(likelihoods=after[0] - items, tokens=after[1] - tokens, seconds=after[2] - seconds, kept=len(samples))


def _read(meters: Sequence[Meter]) -> tuple[int, int, float]:
    """Items, tokens and seconds of all meters so far."""
    return sum(m.items for m in meters), sum(m.tokens for m in meters), sum(m.seconds for m in meters)


def _matching(
    samples: list[Sample], units: dict[str, Unit], score: Meter, settings: Mapping[str, float]
) -> list[Sample]:
    topics = {sample.context or "": units[sample.unit].topic for sample in samples}
    found = explained(score, lambda fact, answer: prompt(topics[fact], fact, answer), samples)
    return [item for item in keep_matching(samples, found, settings) if isinstance(item, Sample)]


def _judged(samples: list[Sample], score: Meter, threshold: float | None) -> list[Sample]:
    if threshold is None:
        return samples  # nobody would use the values
    values = contrasts(score, [(s.context or "", s.question, s.answer) for s in samples])
    return [item for item in judge(samples, values, threshold) if isinstance(item, Sample)]
