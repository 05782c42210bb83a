"""Whether the weights of a model folder are whole, told by their headers: nothing is loaded."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from labci.errors import UsageError

POINTER = b"version https://git-lfs"
MOST = 100_000_000  # bytes of a header: what safetensors itself allows
AGAIN = "copy or download it again"
WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"


def header(file: Path) -> dict[str, Any]:
    """Each tensor of a safetensors file: {"dtype", "shape", "data_offsets"}.

    The format: 8 bytes of length, a JSON object of that length, the tensors. Raises UsageError for a file that is none,
    or that was cut off.
    """
    try:
        size = file.stat().st_size
        stream = file.open("rb")
    except OSError as error:
        raise _unreadable(file, error) from error
    with stream:
        start = stream.read(8)
        (length,) = struct.unpack("<Q", start) if len(start) == 8 else (MOST + 1,)
        if length > min(MOST, size):
            raise _no_weights(file, start + stream.read(len(POINTER)))
        data = stream.read(length)
    try:
        found: dict[str, Any] = json.loads(data)
        tensors = {name: tensor for name, tensor in found.items() if name != "__metadata__"}
        whole = 8 + length + max((int(tensor["data_offsets"][1]) for tensor in tensors.values()), default=0)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise UsageError(f"{file} is no safetensors file: its header can't be read", hint=AGAIN) from error
    if size < whole:
        raise UsageError(f"{file} was cut off: it has {size:,} of {whole:,} bytes", hint=AGAIN)
    return tensors


def check_files(folder: Path) -> None:
    """UsageError for a config.json that says nothing, weights that are cut off, and parts that only the index names."""
    config = _object(folder / "config.json")
    if not config.get("model_type"):
        hint = "copy config.json of this model into the folder"
        raise UsageError(
            f"{folder / 'config.json'} has no model_type: it does not say which architecture it is", hint=hint
        )
    for file in sorted(folder.glob("*.safetensors")):
        header(file)
    if not (folder / WHOLE).is_file() and not (folder / INDEX).is_file():
        raise UsageError(
            f"{folder} has neither {WHOLE} nor {INDEX}: which weights are the model's, nothing tells", hint=AGAIN
        )
    if (folder / INDEX).is_file() and not (folder / WHOLE).is_file():  # transformers takes the whole one first
        parts = _object(folder / INDEX).get("weight_map")
        for name in sorted({str(part) for part in parts.values()} if isinstance(parts, dict) else ()):
            if not (folder / name).is_file():
                raise UsageError(f"{folder / name} is missing: {INDEX} names it", hint=AGAIN)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}", hint=AGAIN) from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} is no JSON object", hint=AGAIN)
    return found


def _unreadable(path: Path, error: OSError) -> UsageError:
    """Such as a link whose file was not copied along."""
    return UsageError(f"{path} can't be read: {error.strerror or error}", hint=AGAIN)


def _no_weights(file: Path, start: bytes) -> UsageError:
    if start.startswith(POINTER[: len(start)]) and len(start) > 8:
        return UsageError(
            f"{file} is a pointer of Git LFS, not the weights", hint=f"fetch them: git -C {file.parent} lfs pull"
        )
    return UsageError(f"{file} is no safetensors file: it begins with no header", hint=AGAIN)
