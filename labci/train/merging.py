"""Merge-back: how far to go from the start model to the tuned one, chosen on the development set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from labci import general
from labci.artifact import read_jsonl
from labci.lm.best import dev_items, spread_rows
from labci.lm.outside import clear_errors
from labci.progress import Progress
from labci.request import Continuation

Weights = Literal["float32", "bfloat16"]
MOST_NEW, MOST_GENERAL, MOST_OLD = 100, 220, 60  # items of each kind; of 60 general ones the mean was off by 0.03
SHARE = 0.75  # of the gate's margin: what the general NLL may rise, with two standard errors (0.01) of it to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A candidate. NLL in nats per token, mean over items; `new` is None without development samples.

    old: of replayed samples of earlier leaves, None without any. They are trained on, so it tells what of them is
    lost and not how well they are known; nothing is chosen by it.
    """

    alpha: float
    new: float | None
    general: float
    old: float | None = None

    def to_json(self) -> dict[str, Any]:
        """A line of training.json's frontier."""
        return {name: value if value is None else round(value, 5) for name, value in asdict(self).items()}


def choose(points: Sequence[Point], margin: float) -> Point:
    """The candidate to gate. `points[0]` is the start model (alpha 0).

    The largest alpha whose general NLL rises by at most three quarters of the gate's margin: merging back is there
    to keep what was known. It is not chosen by the NLL of new samples, which any smoothing lowers while fewer
    questions are answered (docs/training.md, "Merge-back"). If all rise by more, the one that rises least: the gate
    will say whether it is too much.
    """
    start, candidates = points[0], points[1:]
    mild = [point for point in candidates if point.general - start.general <= SHARE * margin]
    if not mild:
        return min(candidates, key=lambda point: point.general)
    return max(mild, key=lambda point: point.alpha)


@clear_errors("merging back")
def merge_back(
    start: Path,
    tuned: Path,
    mixture: Path,
    out: Path,
    alphas: Sequence[float],
    margin: float,
    progress: Progress,
    weights: Weights = "float32",
) -> tuple[Point, list[Point]]:
    """Write the chosen candidate to `out`; returns it with the whole frontier, start model first.

    mixture: the folder with dev.jsonl, and train.jsonl for its replayed samples. weights: their type in memory while
    candidates are measured. Raises OutsideError for no memory and a full disk.
    """
    from labci.lm.merge import interpolate

    asked = _asked(mixture)
    points = [_measure(start, asked, 0.0, weights)]
    part = out.with_name("candidate")
    for number, alpha in enumerate(sorted(alphas), 1):
        interpolate(start, tuned, alpha, part)
        points.append(_measure(part, asked, alpha, weights))
        progress.step("merge-back", number, len(alphas))
    best = choose(points, margin)
    if best.alpha != points[-1].alpha:  # the last candidate is still there
        interpolate(start, tuned, best.alpha, part)
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return best, points


def _asked(mixture: Path) -> dict[str, list[Continuation]]:
    """What every candidate is measured on, by the name of its field in `Point`."""
    return {
        "new": dev_items(mixture / "dev.jsonl", MOST_NEW),
        "general": list(_general()),
        "old": [Continuation.of_row(row) for row in _replayed(mixture / "train.jsonl")],
    }


def _measure(folder: Path, asked: dict[str, list[Continuation]], alpha: float, weights: Weights) -> Point:
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    lm = open_model(folder, weights=weights)
    found = log_likelihood(lm, [item for items in asked.values() for item in items])
    values = iter([-total / max(1, tokens) for total, tokens in found])
    means = {name: _mean([next(values) for _ in items]) if items else None for name, items in asked.items()}
    return Point(alpha=alpha, new=means["new"], general=means["general"] or 0.0, old=means["old"])


def _replayed(train: Path) -> list[dict[str, Any]]:
    """Replayed samples as they are asked, of each leaf in turn; other forms end in +NUMBER."""
    rows = (row for row in read_jsonl(train) if row["source"] == "replay" and "+" not in row["id"])
    return spread_rows(rows, MOST_OLD)


def _general() -> Iterator[Continuation]:
    for item in general.dev_items()[:MOST_GENERAL]:
        yield Continuation.of_turn(item.question, item.answer)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
