"""The release folder: weights and tokenizer of the checkpoint, with everything that vouches for them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labci import artifact, lineage
from labci.digest import of_file
from labci.errors import LabciError, OutsideError, UsageError
from labci.hubs import Hub
from labci.job import Job
from labci.lineage import LINEAGE, MANIFEST, REMOVED, Manifest, Override
from labci.release import bom, card, changelog
from labci.release.contributions import contributions, removed
from labci.release.facts import Facts
from labci.release.made import generated_with, lane
from labci.release.past import history_with
from labci.scores import Scores
from labci.transfer import NOTHING, measured
from labci.verdict import Verdict

STAGES = ("diff", "plan", "generate", "mix", "train", "evaluate", "gate")
# Safe formats only: no pickle (.bin, .pt) ever enters a release.
KINDS = (".json", ".safetensors", ".jinja", ".txt", ".model")
NOT_MODEL = ("trainer_state.json", "training_args.json", "all_results.json")


def finished(job: Job, override: Override | None) -> Manifest | None:
    """The manifest of a `release/` that is whole and made from this very run and decision, else None."""
    folder = job.run / "release"
    try:
        manifest = lineage.read(folder).manifest
    except (LabciError, KeyError, TypeError):
        return None
    whole = manifest is not None and _same(manifest, job, override) and not lineage.file_problems(folder, manifest)
    return manifest if whole else None


def _same(manifest: Manifest, job: Job, override: Override | None) -> bool:
    return (manifest.stages, manifest.override) == (_stages(job), override)


def build(job: Job, version: str, hub: Hub, override: Override | None = None) -> Manifest:
    """Write `release/` as a whole or not at all; returns its manifest. hub: of the releases before."""
    for left in job.run.path.glob(".release-*"):
        shutil.rmtree(left, ignore_errors=True)  # of a killed build
    part = Path(tempfile.mkdtemp(dir=job.run.path, prefix=".release-"))
    target = job.run / "release"
    try:
        manifest = _fill(part, job, version, hub, override)
        part.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    except OSError as error:
        hint = "check space and permissions, then run the same command again"
        raise OutsideError(f"can't write {target}: {error.strerror or error}", hint=hint) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _fill(part: Path, job: Job, version: str, hub: Hub, override: Override | None) -> Manifest:
    _copy_model(job.run / "checkpoint", part)
    facts = _facts(job, version, hub, override)
    for name in ("scores.json", "verdict.json"):
        artifact.write_bytes(part / "labci" / name, (job.run / name).read_bytes())
    artifact.write_jsonl(part / LINEAGE, map(lineage.as_row, facts.contributions))
    if facts.removed:
        artifact.write_jsonl(part / REMOVED, map(lineage.as_row, facts.removed))
    artifact.write_json(part / "labci" / "bom.cdx.json", bom.bom(facts, part))
    artifact.write_text(part / "README.md", card.card(facts))
    artifact.write_text(part / "CHANGELOG.md", changelog.changelog(facts, job.released))
    manifest = _manifest(job, facts, _digests(part))
    artifact.write_json(part / MANIFEST, asdict(manifest))
    return manifest


def _copy_model(checkpoint: Path, part: Path) -> None:
    files = sorted(path for path in checkpoint.iterdir() if path.suffix in KINDS and path.name not in NOT_MODEL)
    names = {path.name for path in files}
    if "config.json" not in names or not any(name.endswith(".safetensors") for name in names):
        raise UsageError(f"{checkpoint} is no model folder", hint="run the stage again: labci run --from train")
    for path in files:
        if path.is_symlink() or not path.is_file():
            raise UsageError(f"{path} is no plain file", hint="run the stage again: labci run --from train")
        with artifact.replacing(part / path.name) as write, path.open("rb") as read:
            shutil.copyfileobj(read, write, 1 << 20)


def _facts(job: Job, version: str, hub: Hub, override: Override | None) -> Facts:
    taught = contributions(job, version, override)
    facts = Facts(
        version=version,
        commit=job.head,
        base_model=_base_name(generated_with(job, "model")),
        lane=lane(job),
        teacher=generated_with(job, "teacher"),
        hub=job.config.hub,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        contributions=taught,
        removed=removed(job, taught),
        transfer=NOTHING,
        scores=Scores.from_json(_with_contrast(artifact.read_json(job.run / "scores.json"))),
        verdict=Verdict.from_json(artifact.read_json(job.run / "verdict.json")),
        previous=job.released.version,
        before=job.released.contributions,
        override=override,
    )
    own = measured(_manifest(job, facts, {}), facts.contributions, facts.scores)
    return replace(facts, transfer=history_with(hub, own))


def _with_contrast(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "rows": [{"contrast": None, **row} for row in value["rows"]]}


def _base_name(model: str) -> str:
    """A folder's own name: where it lies on this machine is nobody's business."""
    return Path(model).name if os.sep in model and Path(model).expanduser().is_dir() else model


def _manifest(job: Job, facts: Facts, files: Mapping[str, str]) -> Manifest:
    return Manifest(
        version=facts.version,
        commit=facts.commit,
        base_model=facts.base_model,
        model=str(facts.scores.models["candidate"].get("digest", "")),
        lane=facts.lane,
        created=facts.created,
        run=job.run.id,
        previous=facts.previous,
        teacher=facts.teacher,
        files=files,
        stages=_stages(job),
        override=facts.override,
    )


def _stages(job: Job) -> dict[str, Any]:
    found = {stage: job.run.manifest(stage) for stage in STAGES}
    return {stage: manifest for stage, manifest in found.items() if manifest is not None}


def _digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): of_file(path) for path in paths}
