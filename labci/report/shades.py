"""Shades of a heat map: gains in bins of fixed ends, so that pages of two taxonomies compare."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from labci.report.numbers import NONE, decimal

ENDS = (-1.0, -0.3, -0.1, 0.1, 0.3, 1.0, 2.0)  # nats per token; within 0.1 is what the gate's margin calls no loss
SHADES = ("loss3", "loss2", "loss1", "even", "gain1", "gain2", "gain3", "gain4")


def shade(value: float | None) -> str:
    """The class of a cell; "none" without a value."""
    return "none" if value is None else SHADES[bisect_right(ENDS, value)]


def signed(value: float | None) -> str:
    """+1.20, −0.30, 0.00, or a dash."""
    if value is None:
        return NONE
    shown = round(value, 2) + 0.0  # no minus before a zero
    return decimal(shown) if shown <= 0 else f"+{decimal(shown)}"


def date(created: str) -> str:
    """The day of an ISO 8601 time."""
    return created[:10]


def _legend() -> tuple[tuple[str, str], ...]:
    ends = [f"{'+' if end > 0 else ''}{decimal(end, 1)}" for end in ENDS]
    words = [f"below {ends[0]}", *(f"{low} to {high}" for low, high in pairwise(ends))]
    return tuple(zip(SHADES, [*words, f"{ends[-1]} and more"], strict=True))


LEGEND = _legend()  # class and words of each bin, from loss to gain
