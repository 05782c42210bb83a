"""Is a judge to be trusted: its scores on the leaf's own seeds against corrupted ones, before it is used.

AUC with DeLong's standard error (DeLong et al. 1988, Biometrics 44:837); the bound is the lower end of the
one-sided 95 % interval.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

MIN_PAIRS = 30
MIN_AUC, MIN_LOW = 0.7, 0.5
Z = 1.645  # one-sided 95 %
KEEP = 0.9  # of the true seeds the threshold lets pass this share


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What `generation.json` says of a judge. threshold: in the judge's own unit. pairs: corrupted ones."""

    auc: float
    low: float
    threshold: float
    pairs: int
    used: bool
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """For `generation.json`."""
        return asdict(self)


def calibrate(good: Sequence[float], bad: Sequence[float]) -> Calibration:
    """Judge's scores on true and on corrupted pairs, to a threshold, or to the reason why it is not used."""
    if len(bad) < MIN_PAIRS or len(good) < 2:
        why = f"{len(bad)} corrupted pairs, {MIN_PAIRS} are needed"
        return Calibration(auc=0.0, low=0.0, threshold=0.0, pairs=len(bad), used=False, why=why)
    auc, error = auc_of(good, bad)
    low = max(0.0, auc - Z * error)
    used = auc >= MIN_AUC and low >= MIN_LOW
    why = "" if used else f"AUC {auc:.2f} (at least {low:.2f}) tells true seeds from corrupted ones too poorly"
    threshold = threshold_of(good, bad)
    return Calibration(
        auc=round(auc, 4), low=round(low, 4), threshold=round(threshold, 4), pairs=len(bad), used=used, why=why
    )


def auc_of(good: Sequence[float], bad: Sequence[float]) -> tuple[float, float]:
    """Area under the ROC curve and its standard error."""
    low, high = sorted(bad), sorted(good)
    above = [_below(low, g) / len(bad) for g in good]
    below = [(len(good) - _below(high, b)) / len(good) for b in bad]
    auc = sum(above) / len(good)
    variance = _variance(above, auc) / len(good) + _variance(below, auc) / len(bad)
    return float(auc), float(variance**0.5)


def threshold_of(good: Sequence[float], bad: Sequence[float]) -> float:
    """The cut with the best true less false acceptance (Youden's J) that keeps `KEEP` of the true seeds."""
    ceiling = sorted(good)[int(len(good) * (1 - KEEP))]
    cuts = [value for value in sorted({*good, *bad}) if value <= ceiling] or [ceiling]
    return max(
        cuts, key=lambda cut: (-sum(b >= cut for b in bad) / len(bad) + sum(g >= cut for g in good) / len(good), cut)
    )


def _below(ordered: Sequence[float], value: float) -> float:
    """How many of the values are smaller; equal ones count half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2


def _variance(values: Sequence[float], mean: float) -> float:
    return float(sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1))
