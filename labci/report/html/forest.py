"""Geometry of the verdict's checks as a forest plot: effect and interval of each over one axis, with its margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labci.report.html.charts import axis

WIDTH, HEIGHT = 400.0, 20.0  # of one row, in the SVG's own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A check on the axis: effect, ends of its interval, and what they are held against."""

    low: float
    effect: float
    high: float
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A row for each check, in order; None for one without an interval. ticks: place and label."""

    bars: tuple[Bar | None, ...]
    zero: float
    ticks: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT


def forest(checks: Sequence[Mapping[str, Any]]) -> Forest | None:
    """The plot of a verdict's checks; None if none has an interval.

    A superiority check is held against the gain that it asks for, one of non-inferiority against minus its margin.
    """
    drawn = [check for check in checks if check["ci"] and check["effect"] is not None]
    if not drawn:
        return None
    low, high, step = axis([0.0, *(x for check in drawn for x in (*check["ci"], check["effect"], _held(check)))])

    def place(value: float) -> float:
        return round((value - low) / (high - low) * WIDTH, 2)

    def bar(check: Mapping[str, Any]) -> Bar | None:
        if check not in drawn:
            return None
        ends = [place(end) for end in check["ci"]]
        return Bar(low=ends[0], effect=place(check["effect"]), high=ends[1], margin=place(_held(check)))

    ends = [low + step * i for i in range(round((high - low) / step) + 1)]
    ticks = tuple((place(end), f"{round(end, 6) + 0.0:.3g}".replace("-", "−")) for end in ends)
    return Forest(bars=tuple(map(bar, checks)), zero=place(0.0), ticks=ticks)


def _held(check: Mapping[str, Any]) -> float:
    margin = float(check["margin"])
    return margin if check["kind"] == "superiority" else -margin
