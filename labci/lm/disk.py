"""What training needs of a disk, and what there is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labci.lm.shape import Shape

MOMENTS = 2  # of Adam for each parameter that is trained, in fp32 as the parameter is


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Bytes. checkpoint: of one. total: the most that is there at once. available: None where nothing tells."""

    checkpoint: int
    total: int
    available: int | None


def need_of(shape: Shape, trainable: int, best: Sequence[bool], folder: Path, *, half: bool) -> Disk:
    """What a training in `folder` writes, at its peak; best: of each phase, whether it keeps its best pass.

    A checkpoint has the trained parameters and the optimizer's moments; the last one is there until the next is whole.
    Of best passes two are kept, as a checkpoint may need the one before. Finished phases stay as models, and merge-back
    has a candidate and the next one beside them. half: models are written in bfloat16.
    """
    model, checkpoint = (2 if half else 4) * shape.parameters, 4 * (1 + MOMENTS) * trainable
    phases = [
        before * model + checkpoint + max(checkpoint, model) + (2 * 4 * trainable if keeps else 0)
        for before, keeps in enumerate(best)
    ]
    merging = (len(best) + 2) * model
    return Disk(checkpoint=checkpoint, total=max([*phases, merging]), available=free_bytes(folder))


def free_bytes(folder: Path) -> int | None:
    """Free space where a folder is or would be."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None
