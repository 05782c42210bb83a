"""The order of the stage: phases one after the other, then merge-back. A killed run goes on where it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from labci import crew, digest, shaping
from labci.artifact import read_json, write_json
from labci.job import Job
from labci.mixture import rows_of
from labci.train.merging import SHARE, merge_back
from labci.train.phases import Phase, phases
from labci.train.room import shortages
from labci.train.settings import tune_settings
from labci.train.start import WORK, start_folder


@crew.together()
def train(job: Job) -> None:
    """Write checkpoint/ (the candidate as a model folder) and training.json.

    Of several processes (`labci.crew`) all train and the first one writes; the others are done after the last phase.
    Raises FindingsError for no rows and a diverging loss, OutsideError for no memory, a full disk and another
    process that has ended.
    """
    crew.join()
    start = start_folder(job)
    work = job.run / WORK
    todo = crew.shared(lambda: phases(rows_of(job.run), work, job.config.train))
    for told in shortages(job, todo) if crew.first() else ():
        job.progress.say(told)
    model, reports = start, []
    for number, phase in enumerate(todo, 1):
        job.progress.say(_about(phase, number, len(todo)))
        model, report = _phase(job, phase, model, work)
        reports.append({"phase": phase.name} | report)
    crew.leave()
    if crew.first():
        _end(job, start, model, reports)


def _end(job: Job, start: Path, model: Path, reports: list[dict[str, Any]]) -> None:
    settings = job.config.train
    best, points = merge_back(
        start, model, job.run / "mixture", job.run / "checkpoint", settings.alphas,
        job.config.gate.margin_nll, job.progress, settings.weights,  # type: ignore[arg-type]
    )  # fmt: skip
    chosen = {"alpha": best.alpha, "limit": SHARE * job.config.gate.margin_nll}
    _finish(job, reports, chosen | {"frontier": [point.to_json() for point in points]})
    shutil.rmtree(job.run / WORK, ignore_errors=True)


def _about(phase: Phase, number: int, count: int) -> str:
    what = f"{phase.samples:.0f} samples, {phase.epochs:g} epochs of {phase.tokens:,.0f} tokens"
    return f"train: phase {phase.name} ({number} of {count}): {what}"


def _phase(job: Job, phase: Phase, model: Path, work: Path) -> tuple[Path, dict[str, Any]]:
    """Tune one phase, unless a killed run has finished it with the same rows, model and settings."""
    from labci.lm.ids import tokenizer_digest
    from labci.lm.load import weights_digest
    from labci.lm.tune import tune

    settings = tune_settings(job, phase)
    dev = digest.of_file(phase.dev) if phase.dev else ""
    keep = start_folder(job)
    parts = [weights_digest(model), tokenizer_digest(model), weights_digest(keep), digest.of_file(phase.rows), dev]
    key = digest.of_json([*parts, settings.to_json(), settings.arguments()])[:16]
    out, note = work / f"{phase.name}-{key}", work / f"{phase.name}-{key}.json"
    if not crew.shared(lambda: out.exists() and note.exists()):
        report = tune(
            model, phase.rows, out, settings, progress=job.progress, work=work / f"{phase.name}-work",
            name=f"train {phase.name}", dev=phase.dev, keep=keep,
        )  # fmt: skip
        crew.shared(lambda: write_json(note, report.to_json()))
    return out, read_json(note)


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
    facts = {name: value[name] for name in ("steps", "tokens", "seconds", "alpha", "lane")}
    job.run.finish(
        "train", inputs=("mixture",), outputs=("checkpoint", "training.json"),
        settings=shaping.settings("train", job), facts=facts,
    )  # fmt: skip
