"""Geometry of the frontier plot: gain on new samples against loss elsewhere, a point for each alpha."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from labci.report.frontier import Candidate, candidates
from labci.report.html.charts import axis

WIDTH, HEIGHT = 400.0, 220.0  # inside of the axes, in the SVG's own units
Ticks = tuple[tuple[float, str], ...]
SERIES: tuple[tuple[str, str, Callable[[Candidate], float | None]], ...] = (
    ("general", "general questions", lambda point: point.general),
    ("old", "samples of earlier leaves", lambda point: point.old),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One alpha in a series, at its place."""

    x: float
    y: float
    alpha: float
    chosen: bool
    gain: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What the losses are of: a class, its words, and the marks in order of alpha."""

    kind: str
    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The plot. limit: where the loss on general questions is the most that a chosen alpha may have."""

    series: tuple[Series, ...]
    across: Ticks
    up: Ticks
    zero: tuple[float, float]
    limit: float | None
    width: float = WIDTH
    height: float = HEIGHT


def frontier(training: Mapping[str, Any] | None) -> Frontier | None:
    """The plot of a value of training.json; None without gains on new samples for two alphas or more."""
    points = [point for point in candidates(training) if point.gain is not None]
    if training is None or len(points) < 2:
        return None
    limit = training.get("limit")
    losses = [loss for *_, of in SERIES for point in points if (loss := of(point)) is not None]
    across, x = _scale([0.0, *losses, *([limit] if limit is not None else [])], WIDTH)
    up, y = _scale([0.0, *(point.gain for point in points if point.gain is not None)], HEIGHT)

    def place(point: Candidate, loss: float) -> Mark:
        gain = point.gain or 0.0
        return Mark(
            x=x(loss), y=round(HEIGHT - y(gain), 2), alpha=point.alpha, chosen=point.chosen, gain=gain, loss=loss
        )

    series = [
        Series(
            kind=kind, name=name,
            marks=tuple(place(point, loss) for point in points if (loss := of(point)) is not None),
        )
        for kind, name, of in SERIES
    ]  # fmt: skip
    return Frontier(
        series=tuple(found for found in series if found.marks),
        across=across,
        up=tuple((round(HEIGHT - at, 2), label) for at, label in up),
        zero=(x(0.0), round(HEIGHT - y(0.0), 2)),
        limit=None if limit is None else x(limit),
    )


def _scale(values: list[float], size: float) -> tuple[Ticks, Callable[[float], float]]:
    """Ticks of an axis that holds the values, and the place of a value on it, 0 to `size`."""
    low, high, step = axis(values)

    def place(value: float) -> float:
        return round((value - low) / (high - low) * size, 2)

    ends = [low + step * i for i in range(round((high - low) / step) + 1)]
    return tuple((place(end), f"{round(end, 6) + 0.0:.3g}".replace("-", "−")) for end in ends), place
