"""Numbers as people read them; a dash for what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

NONE = "–"


def count(value: float | None) -> str:
    """1,234."""
    return NONE if value is None else f"{round(value):,}"


def how_many(number: int, noun: str) -> str:
    """No errors, 1 error, 2 errors."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def share(part: float | None, whole: float | None = 1) -> str:
    """38 %; less than one and more than none is "< 1 %", and 100 % is all of it."""
    if part is None or not whole:
        return NONE
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "< 1 %"
    return "> 99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def decimal(value: float | None, digits: int = 2) -> str:
    """-1.25 with a true minus sign."""
    return NONE if value is None else f"{value:.{digits}f}".replace("-", "−")


def threshold(calibration: Mapping[str, Any]) -> str:
    """What a judge's scores must reach, in its unit: "2" for marks, "−0.25" for nats per token."""
    value: float = calibration["threshold"]
    return f"{value:g}" if calibration.get("unit") == "mark" else decimal(value)


def seconds(value: float | None) -> str:
    """12.3 s, 164 s, 4.5 min, 2.1 h."""
    if value is None:
        return NONE
    if value < 60:
        return f"{value:.1f} s"
    if value < 600:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def ratio(actual: float | None, planned: float | None) -> str:
    """What came of an estimate, such as × 0.75."""
    return f"× {actual / planned:.2f}" if actual is not None and planned else NONE


FILTERS: Mapping[str, Callable[..., Any]] = {
    "count": count, "share": share, "decimal": decimal, "threshold": threshold, "seconds": seconds,
    "ratio": ratio,
}  # fmt: skip
