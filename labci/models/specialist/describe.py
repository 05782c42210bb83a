"""What a specialist is and what is known of it, for `labci teachers show` (schemas/teachers.json)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labci import artifact
from labci.errors import LabciError
from labci.models.specialist import Specialist, history, place

EVALUATION = "evaluation.json"


def describe(specialist: Specialist, *, used: bool) -> dict[str, Any]:
    """One specialist. used: whether runs of this folder ask it.

    digest, folder: None where the base is not on this machine, and `problem` says so.
    """
    value: dict[str, Any] = {
        "name": specialist.name, "used": used, "base": specialist.base, "file": specialist.file or None,
        "served_by": "llama.cpp" if place.has_gguf(specialist.base) else "transformers", "recipe": place.RECIPE,
        "rows": history.sources(specialist), "digest": None, "folder": None, "ready": False, "built": None,
        "seconds": None, "evaluation": None, "problem": None,
    }  # fmt: skip
    try:
        folder = place.folder_of(specialist)
    except LabciError as error:
        return {**value, "problem": f"{error.message}; {error.hint}"}
    made = _read(folder / history.BUILD) or {}
    training = _read(folder / history.TRAINING) or {}
    ready = place.is_ready(specialist)
    return {
        **value, "digest": place.digest_of(specialist), "folder": str(folder), "ready": ready,
        "built": made.get("built") or (history.when(place.served(specialist)) if ready else None),
        "seconds": made.get("seconds") or training.get("seconds"), "evaluation": _read(folder / EVALUATION),
    }  # fmt: skip


def _read(path: Any) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = artifact.read_json(path) if path.exists() else None
    return found
