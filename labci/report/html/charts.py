"""Geometry of the report's charts; the template draws them as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, STRIP = 400.0, 56.0  # of a plot, and of one of its two strips, in the SVG's own units
BINS = 40
MOST_DOTS = 9  # stacked in one bin; above that, bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One group of values over the common axis, stacked by bin. bars: x, y, height; dots: x, y."""

    name: str
    count: int
    bars: tuple[tuple[float, float, float], ...] = ()
    dots: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Two strips over one axis. threshold: its place on it; ticks: place and label."""

    strips: tuple[Strip, Strip]
    threshold: float | None
    ticks: tuple[tuple[float, str], ...]
    width: float = WIDTH
    strip: float = STRIP
    bin: float = WIDTH / BINS


def calibration(value: Mapping[str, Any] | None) -> Plot | None:
    """The judge's scores of true and of corrupted seeds; None where generation.json doesn't have them."""
    good, bad = ([float(x) for x in (value or {}).get(name) or ()] for name in ("good", "bad"))
    if value is None or not good or not bad:
        return None
    used = [float(value["threshold"])] if value.get("used") else []
    low, high, step = axis([*good, *bad, *used])

    def place(x: float) -> float:
        return round((x - low) / (high - low) * WIDTH, 2)

    most = max(max(_counts([place(x) for x in group])) for group in (good, bad))
    names = ("True seeds", "Corrupted seeds")
    strips = [_strip(name, [place(x) for x in group], most) for name, group in zip(names, (good, bad), strict=True)]
    ticks = [low + step * i for i in range(round((high - low) / step) + 1)]
    return Plot(
        strips=(strips[0], strips[1]),
        threshold=place(used[0]) if used else None,
        ticks=tuple((place(tick), f"{tick:.3g}".replace("-", "−")) for tick in ticks),
    )


def axis(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower end, upper end and step of an axis: steps are 1, 2 or 5 times a power of ten, three to eight of them."""
    low, high = min(values), max(values)
    rough = ((high - low) or abs(high) or 1.0) / 5
    power: float = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step, step


def _counts(places: Sequence[float]) -> list[int]:
    counts = [0] * BINS
    for x in places:
        counts[min(BINS - 1, int(x / WIDTH * BINS))] += 1
    return counts


def _strip(name: str, places: Sequence[float], most: int) -> Strip:
    counts, size = _counts(places), WIDTH / BINS
    if most <= MOST_DOTS:
        radius = STRIP / MOST_DOTS / 2
        dots = tuple(
            (round((i + 0.5) * size, 2), round(STRIP - radius * (2 * n + 1), 2))
            for i, count in enumerate(counts)
            for n in range(count)
        )
        return Strip(name=name, count=len(places), dots=dots)
    heights = [(i, round(count / most * STRIP, 2)) for i, count in enumerate(counts) if count]
    return Strip(name=name, count=len(places), bars=tuple((round(i * size, 2), STRIP - h, h) for i, h in heights))
