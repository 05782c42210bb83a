"""What a run was made with, by its own files: today's settings may be others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labci.artifact import read_json
from labci.job import Job


def training(job: Job) -> Mapping[str, Any]:
    """training.json; empty where there is none."""
    path = job.run / "training.json"
    found: Mapping[str, Any] = read_json(path) if path.exists() else {}
    return found


def lane(job: Job) -> str:
    """Incremental, or rebuild."""
    return str(training(job).get("lane", job.config.train.lane))


def generated_with(job: Job, name: str) -> str:
    """The `model` or the `teacher` of what was generated."""
    manifest = job.run.manifest("generate") or {}
    return str(manifest.get("settings", {}).get(name) or getattr(job.config, name))
