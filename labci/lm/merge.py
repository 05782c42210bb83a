"""Weights on the line between two models (WiSE-FT, arXiv 2109.01903)."""

from __future__ import annotations

import shutil
from pathlib import Path

from labci.errors import UsageError
from labci.lm.tune import copy_companions, replace_folder


def interpolate(released: Path, tuned: Path, alpha: float, out: Path) -> None:
    """Write the model folder `(1 - alpha) * released + alpha * tuned`; 1 is the tuned model itself.

    One file of `tuned` is in memory at a time; sums are in fp32, the result has the tuned type. Raises
    UsageError for models of different tensors.
    """
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    copy_companions(tuned, part)
    for index in tuned.glob("*.safetensors.index.json"):
        shutil.copyfile(index, part / index.name)
    where = _places(released) if alpha != 1 else {}
    for file in sorted(tuned.glob("*.safetensors")):
        if alpha == 1:
            shutil.copyfile(file, part / file.name)
        else:
            _mix(where, file, alpha, part / file.name)
            (part / file.name).chmod(0o644)
    replace_folder(part, out)


def _places(folder: Path) -> dict[str, Path]:
    """Which file has which tensor."""
    from safetensors import safe_open

    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            found.update(dict.fromkeys(tensors.keys(), file))
    return found


def _mix(released: dict[str, Path], file: Path, alpha: float, out: Path) -> None:
    from safetensors import safe_open
    from safetensors.torch import save_file

    mixed = {}
    with safe_open(file, framework="pt") as tensors:
        for name in tensors.keys():  # noqa: SIM118 (no dict)
            if name not in released:
                raise UsageError(f"{file} has a tensor that the other model lacks: {name}", hint="train.lane: rebuild")
            new = tensors.get_tensor(name)
            with safe_open(released[name], framework="pt") as others:
                old = others.get_tensor(name).float()
            mixed[name] = old.lerp(new.float(), alpha).to(new.dtype)
    save_file(mixed, out, metadata={"format": "pt"})
