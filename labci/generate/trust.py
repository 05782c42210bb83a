"""Whether a judge may be trusted on a leaf: by the leaf's own seeds, else by those of its branch, pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labci.blocks.calibration import Calibration, calibrate
from labci.marking import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A judge on a leaf. scores: its values of true and of corrupted seeds. pooled: they are of the whole branch."""

    calibration: Calibration
    scores: Scores
    pooled: bool = False

    def to_json(self) -> dict[str, Any]:
        """For `generation.json`: without the scores."""
        return self.calibration.to_json() | {"pooled": self.pooled}


def trust(scores: Scores, branch: Callable[[], Trust]) -> Trust:
    """Calibrate on the leaf's scores; where that fails, what was found of its branch holds, if that is better."""
    own = Trust(calibration=calibrate(*scores), scores=scores)
    if own.calibration.used:
        return own
    pooled = branch()
    return pooled if pooled.calibration.used else own


def pool(branch: Iterable[Scores]) -> Trust:
    """Calibrate on the scores of all leaves of a branch."""
    found = list(branch)
    scores = [v for good, _ in found for v in good], [v for _, bad in found for v in bad]
    return Trust(calibration=calibrate(*scores), scores=scores, pooled=True)


def to_json(judges: Mapping[str, Trust], mark: float | None) -> list[dict[str, Any]]:
    """For `generation.json`: every judge in words of a leaf by its name. mark: the flow's, for the last one."""
    rows = [{"name": name} | judge.to_json() for name, judge in judges.items()]
    return [row | {"threshold": 1.0 if row is not rows[-1] else mark, "unit": "mark"} for row in rows]
