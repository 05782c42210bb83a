"""Checkpoints of a training run: which are whole, which belong to these settings."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labci import artifact
from labci.lm.settings import Measured

MARK = "labci.json"  # written after everything else: a checkpoint without it was cut off


def latest(work: Path, key: str) -> Path | None:
    """The newest whole checkpoint that was made with the same rows and settings (`key`), or None."""
    whole = [folder for folder in _all(work) if _key(folder) == key]
    return max(whole, key=_step, default=None)


def losses(checkpoint: Path) -> list[float]:
    """Losses of the steps behind a checkpoint."""
    return [float(loss) for loss in artifact.read_json(checkpoint / MARK)["losses"]]


def curve(checkpoint: Path) -> list[Measured]:
    """What was measured on the development set before a checkpoint."""
    return [Measured(**point) for point in artifact.read_json(checkpoint / MARK)["curve"]]


def seal(checkpoint: Path, key: str, losses: list[float], curve: Sequence[Measured] = ()) -> None:
    """Mark a checkpoint as whole, then drop the others: only now is it safe to."""
    points = [asdict(point) for point in curve]
    artifact.write_json(checkpoint / MARK, {"key": key, "losses": losses, "curve": points})
    for other in _all(checkpoint.parent):
        if other != checkpoint:
            shutil.rmtree(other, ignore_errors=True)


def sweep(work: Path, keep: Path | None) -> None:
    """Remove checkpoints that can't be used: cut off, or of other settings."""
    for folder in _all(work):
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)


def _all(work: Path) -> list[Path]:
    return [folder for folder in work.glob("checkpoint-*") if folder.name.partition("-")[2].isdigit()]


def _step(folder: Path) -> int:
    return int(folder.name.partition("-")[2])


def _key(folder: Path) -> Any:
    mark = folder / MARK
    return artifact.read_json(mark)["key"] if mark.exists() else None
