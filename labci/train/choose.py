"""Which point on the line between released and tuned weights becomes the candidate (WiSE-FT, arXiv 2109.01903).

Chosen on the development set alone: one generated sample in ten, and general items that the gate never reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labci import general
from labci.artifact import read_jsonl
from labci.progress import Progress
from labci.request import Continuation

GENERAL_ITEMS = 60  # of the development half: enough to tell 0.03 nats, and 20 s on two cores
SPARE = 0.5  # of the gate's margin: a candidate chosen at its edge would fail half of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One alpha (0 released, 1 tuned) with its development losses, in nats per token; None without samples."""

    alpha: float
    new: float | None
    general: float

    def to_json(self) -> dict[str, Any]:
        """A point of the frontier in training.json."""
        return asdict(self)


def losses(folder: Path, dev: Path, alpha: float, progress: Progress) -> Point:
    """Development losses of a model folder."""
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    fresh = [
        Continuation(messages=tuple(row["prompt"]), text=row["completion"][0]["content"])
        for row in read_jsonl(dev)
    ]
    items = general.dev_items()[:GENERAL_ITEMS]
    known = [Continuation(messages=({"role": "user", "content": i.question},), text=i.answer) for i in items]
    found = log_likelihood(
        open_model(folder),
        fresh + known,
        note=lambda d, t: progress.step(f"development set at alpha {alpha:g}", d, t),
    )
    means = [-total / max(1, tokens) for total, tokens in found]
    return Point(alpha=alpha, new=_mean(means[: len(fresh)]), general=_mean(means[len(fresh) :]) or 0.0)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def choose(start: Point, points: Sequence[Point], margin: float) -> Point:
    """The point with the lowest loss on what is new among those that lose at most half of `margin` on general
    items; where none does, the one that loses least. Without new development samples, the largest alpha counts.
    """
    safe = [point for point in points if point.general - start.general <= SPARE * margin]
    if not safe:
        return min(points, key=lambda point: (point.general, point.alpha))
    return min(safe, key=lambda point: (point.new if point.new is not None else -point.alpha, -point.alpha))
