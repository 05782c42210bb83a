"""The order of the stage: phases one after the other, then merge-back. A killed run goes on where it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from labci import digest, models
from labci.artifact import read_json, write_json
from labci.errors import UsageError
from labci.job import Job
from labci.train.merging import SHARE, merge_back
from labci.train.phases import Phase, phases

WORK = "training"  # folder of the run: phases and checkpoints, gone when the stage has ended


def train(job: Job) -> None:
    """Write checkpoint/ (the candidate as a model folder) and training.json.

    Raises FindingsError for a diverging loss, OutsideError for no memory and a full disk.
    """
    start = start_folder(job)
    work = job.run / WORK
    todo = phases(job.run / "mixture/train.jsonl", work, job.config.train)
    model, reports = start, []
    for number, phase in enumerate(todo, 1):
        job.progress.say(_about(phase, number, len(todo)))
        model, report = _phase(job, phase, model, work)
        reports.append({"phase": phase.name} | report)
    settings = job.config.train
    best, points = merge_back(
        start, model, job.run / "mixture", job.run / "checkpoint", settings.alphas,
        job.config.gate.margin_nll, job.progress,
    )  # fmt: skip
    chosen = {"alpha": best.alpha, "limit": SHARE * job.config.gate.margin_nll}
    _finish(job, reports, chosen | {"frontier": [point.to_json() for point in points]})
    shutil.rmtree(work, ignore_errors=True)


def start_folder(job: Job) -> Path:
    """The model that training starts from: the released one, or with `lane: rebuild` the base model."""
    lane = job.config.train.lane
    return models.student_folder(job.config.model) if lane == "rebuild" else job.released.folder


def _about(phase: Phase, number: int, count: int) -> str:
    what = f"{phase.samples} samples, {phase.epochs:g} epochs of {phase.tokens:,} tokens"
    return f"train: phase {phase.name} ({number} of {count}): {what}"


def _phase(job: Job, phase: Phase, model: Path, work: Path) -> tuple[Path, dict[str, Any]]:
    """Tune one phase, unless a killed run has finished it with the same rows, model and settings."""
    from labci.lm.load import weights_digest
    from labci.lm.tune import tune

    settings = tune_settings(job, phase)
    key = digest.of_json([weights_digest(model), digest.of_file(phase.rows), settings.to_json()])[:16]
    out, note = work / f"{phase.name}-{key}", work / f"{phase.name}-{key}.json"
    if not (out.exists() and note.exists()):
        report = tune(
            model, phase.rows, out, settings, progress=job.progress, work=work / f"{phase.name}-work",
            name=f"train {phase.name}",
        )  # fmt: skip
        write_json(note, report.to_json())
    return out, read_json(note)


def tune_settings(job: Job, phase: Phase) -> Any:
    """A phase's settings, all explicit."""
    from labci.lm.settings import TuneSettings

    train = job.config.train
    if train.method not in ("full", "lora"):
        raise UsageError(f"unknown train.method {train.method!r}", hint="full or lora")
    return TuneSettings(
        epochs=phase.epochs, learning_rate=train.learning_rate, batch_size=train.batch_size,
        warmup=train.warmup, max_length=train.max_length,
        method=train.method, dtype=train.dtype,  # type: ignore[arg-type]
        seed=job.config.seed, schedule=phase.schedule,  # type: ignore[arg-type]
    )  # fmt: skip


def _finish(job: Job, reports: list[dict[str, Any]], chosen: dict[str, Any]) -> None:
    from labci.lm.load import weights_digest

    value: dict[str, Any] = {
        "version": 1,
        "lane": job.config.train.lane,
        "start": weights_digest(start_folder(job)),
        "model": weights_digest(job.run / "checkpoint"),
        "steps": sum(report["steps"] for report in reports),
        "tokens": sum(report["tokens"] for report in reports),
        "seconds": round(sum(report["seconds"] for report in reports), 1),
        **chosen,
        "phases": reports,
    }
    write_json(job.run / "training.json", value)
    job.progress.say(f"train: {value['steps']} steps, alpha {value['alpha']:g}")
    names = (
        "lane",
        "method",
        "epochs",
        "max_tokens",
        "learning_rate",
        "batch_size",
        "warmup",
        "max_length",
        "dtype",
    )
    settings = {name: getattr(job.config.train, name) for name in names}
    settings |= {"phases": list(job.config.train.phases), "alphas": list(job.config.train.alphas)}
    facts = {name: value[name] for name in ("steps", "tokens", "seconds", "alpha", "lane")}
    job.run.finish(
        "train", inputs=("mixture",), outputs=("checkpoint", "training.json"),
        settings=settings | {"seed": job.config.seed}, facts=facts,
    )  # fmt: skip
