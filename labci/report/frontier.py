"""The merge-back frontier of training.json: what each alpha gains on new samples, and what it costs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One alpha against the start model, in nats per token of the development set.

    gain: NLL of new samples, lower by so much. general, old: NLL of general questions and of samples of earlier
    leaves, higher by so much; below zero is better. None where it was not measured.
    """

    alpha: float
    gain: float | None
    general: float
    old: float | None
    chosen: bool


def candidates(training: Mapping[str, Any] | None) -> tuple[Candidate, ...]:
    """The candidates in order of alpha, the start model first; none without a frontier in training.json."""
    points = (training or {}).get("frontier") or []
    if training is None or not points:
        return ()
    start, chosen = points[0], training.get("alpha")
    return tuple(
        Candidate(
            alpha=point["alpha"],
            gain=_difference(start.get("new"), point.get("new")),
            general=point["general"] - start["general"],
            old=_difference(point.get("old"), start.get("old")),
            chosen=point["alpha"] == chosen,
        )
        for point in points
    )


def _difference(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left - right
