"""Merge-back: how far to go from the start model to the tuned one, chosen on the development set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from labci import general
from labci.artifact import read_jsonl
from labci.progress import Progress
from labci.request import Continuation

Weights = Literal["float32", "bfloat16"]
MOST_NEW, MOST_GENERAL = 100, 60  # development items of each kind: more are slower, hardly surer
SHARE = 0.5  # of the gate's margin: what the general NLL may rise, to be decided with room to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A candidate. NLL in nats per token, mean over items; `new` is None without development samples."""

    alpha: float
    new: float | None
    general: float

    def to_json(self) -> dict[str, Any]:
        """A line of training.json's frontier."""
        return {name: value if value is None else round(value, 5) for name, value in asdict(self).items()}


def choose(points: Sequence[Point], margin: float) -> Point:
    """The candidate to gate. `points[0]` is the start model (alpha 0).

    The largest alpha whose general NLL rises by at most half of the gate's margin: merging back is there to keep
    what was known. It is not chosen by the NLL of new samples, which any smoothing lowers while fewer questions are
    answered (docs/training.md, "Merge-back"). If all rise by more, the one that rises least: the gate will say
    whether it is too much.
    """
    start, candidates = points[0], points[1:]
    mild = [point for point in candidates if point.general - start.general <= SHARE * margin]
    if not mild:
        return min(candidates, key=lambda point: point.general)
    return max(mild, key=lambda point: point.alpha)


def merge_back(
    start: Path,
    tuned: Path,
    dev: Path,
    out: Path,
    alphas: Sequence[float],
    margin: float,
    progress: Progress,
    weights: Weights = "float32",
) -> tuple[Point, list[Point]]:
    """Write the chosen candidate to `out`; returns it with the whole frontier, start model first.

    weights: their type in memory while candidates are measured.
    """
    from labci.lm.merge import interpolate

    points = [_measure(start, dev, 0.0, weights)]
    part = out.with_name("candidate")
    for number, alpha in enumerate(sorted(alphas), 1):
        interpolate(start, tuned, alpha, part)
        points.append(_measure(part, dev, alpha, weights))
        progress.step("merge-back", number, len(alphas))
    best = choose(points, margin)
    if best.alpha != points[-1].alpha:  # the last candidate is still there
        interpolate(start, tuned, best.alpha, part)
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return best, points


def _measure(folder: Path, dev: Path, alpha: float, weights: Weights) -> Point:
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    new, known = list(_new(dev)), list(_general())
    values = [
        -total / max(1, tokens) for total, tokens in log_likelihood(open_model(folder, weights=weights), new + known)
    ]
    return Point(alpha=alpha, new=_mean(values[: len(new)]) if new else None, general=_mean(values[len(new) :]))


def _new(dev: Path) -> Iterator[Continuation]:
    for row in islice(read_jsonl(dev), MOST_NEW):
        yield Continuation(messages=tuple(row["prompt"]), text=row["completion"][0]["content"])


def _general() -> Iterator[Continuation]:
    for item in general.dev_items()[:MOST_GENERAL]:
        yield Continuation(messages=({"role": "user", "content": item.question},), text=item.answer)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
