"""train: for real, or what it would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labci import pipeline
from labci.artifact import read_json
from labci.cli import options, stages
from labci.cli.options import GLOBAL, Format
from labci.errors import LabciError

if TYPE_CHECKING:
    from labci import session
    from labci.job import Job


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("train")(train)


def train(
    range: options.Range = None,
    run: options.Run = None,
    worktree: options.Worktree = False,
    teacher: options.Teacher = None,
    model: options.Model = None,
    seed: options.Seed = None,
    jobs: options.Jobs = 0,
    leaf: options.LeafPath = None,
    limit: options.Limit = None,
    hub: options.Hub = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say steps, tokens, memory and commands of each phase; train nothing.")
    ] = False,
    format: options.OutputFormat = Format.text,
    setting: options.Setting = None,
) -> None:
    """Fine-tune the student on the mixture; also under `accelerate launch`."""
    flags = stages.flags_of(setting, teacher=teacher, model=model, seed=seed, hub=hub)
    more = {"worktree": worktree, "run": run, "jobs": jobs, "leaf": leaf, "limit": limit}
    request = stages.request_of(range, flags, **more)
    if dry_run:
        _show(_forecast(request), format)
    elif format is Format.text:
        stages.one_stage("train", request)
    else:
        job, _ = stages.walk(request, first="train", last="train", force=True)
        if (job.run / "training.json").exists():  # the first of several processes may be still at it
            stages.echo_json(read_json(job.run / "training.json"))


def _show(value: Any, format: Format) -> None:
    from labci.report.training import to_text

    if format is Format.json:
        stages.echo_json(value)
    else:
        typer.echo(to_text(value))


def _forecast(request: session.Request) -> dict[str, Any]:
    """By the mixture of the run, else by a new plan; a published recipe can be told without either."""
    from labci import profiles
    from labci.train.forecast import forecast

    with options.progress() as progress:
        job = stages.opened(request, progress)
        problem = ""
        if not (job.run / "mixture/train.jsonl").exists():
            try:
                problem = _plan(job, request)
            except LabciError as error:
                if job.config.profile not in profiles.PUBLISHED:
                    raise
                problem = error.message
    return forecast(job, labci=_labci(request), flags=_words(request), problem=problem)


def _plan(job: Job, request: session.Request) -> str:
    """Write plan.json; why there is nothing to plan, if so."""
    walked = pipeline.Walk() if request.run else stages.through(job, last="diff", force=True)
    if not walked.note:
        stages.through(job, first="plan", last="plan", force=True)
    return walked.note


def _labci(request: session.Request) -> list[str]:
    """labci with the global options that say where it works."""
    words = ["labci"] if GLOBAL.named == Path() else ["labci", "-C", str(GLOBAL.named)]
    return words if request.config is None else [*words, "--config", str(request.config)]


def _words(request: session.Request) -> list[str]:
    """The settings of the command line, as another command repeats them."""
    words = []
    for name, value in request.flags.items():
        words += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return words
