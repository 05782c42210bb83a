"""What is known of each build: `build.json` in its folder, and a line of the cache's history that outlives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labci import __version__, artifact, models
from labci.models.specialist import LICENCE, Specialist, place

BUILD = "build.json"
TRAINING = "training.json"
HISTORY = "specialists.jsonl"  # in the cache's models folder: one line a build, oldest first


def note(specialist: Specialist, folder: Path, *, seconds: float | None = None) -> None:
    """Record a build that is whole. seconds: what it took; None where nobody measured it."""
    training = artifact.read_json(folder / TRAINING) if (folder / TRAINING).exists() else {}
    took = training.get("seconds") if seconds is None else seconds
    value = {
        "version": 1, "name": specialist.name, "digest": place.digest_of(specialist), "base": specialist.base,
        "base_digest": place.base_digest(specialist.base), "rows": sources(specialist), "recipe": place.RECIPE,
        "built": when(place.served(specialist)), "seconds": None if took is None else round(took, 1),
        "resumed_at": training.get("resumed_at", 0), "steps": training.get("steps"), "labci": __version__,
    }  # fmt: skip
    path = models.cache_folder() / "models" / HISTORY
    before = list(artifact.read_jsonl(path)) if path.exists() else []
    artifact.write_jsonl(path, [*before, value])
    artifact.write_json(folder / BUILD, value)  # last: a build that was cut off between is noted again, not lost


def is_noted(folder: Path) -> bool:
    """Whether the build in a folder has been recorded."""
    return (folder / BUILD).exists()


def builds() -> list[Mapping[str, Any]]:
    """Every build on this machine, oldest first, those whose folder is gone included; each once."""
    path = models.cache_folder() / "models" / HISTORY
    found = list(artifact.read_jsonl(path)) if path.exists() else []
    return list({(item["digest"], item["built"]): item for item in found}.values())


def sources(specialist: Specialist) -> list[dict[str, Any]]:
    """Rows by source and licence: those that ship with labci, then those of the repository's leaves."""
    shipped = sum(1 for _ in place.training_rows(specialist)) - len(specialist.rows)
    own = Counter(row.licence for row in specialist.rows)
    leaves = {licence: len({row.leaf for row in specialist.rows if row.licence == licence}) for licence in own}
    return [
        {"source": "labci", "licence": LICENCE, "rows": shipped, "leaves": 0},
        *(
            {"source": specialist.file, "licence": name, "rows": own[name], "leaves": leaves[name]}
            for name in sorted(own)
        ),
    ]


def when(path: Path) -> str:
    """When what is served came into place, ISO 8601 in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
