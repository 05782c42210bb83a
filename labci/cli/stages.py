"""diff, plan, the other stages, and run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labci import pipeline
from labci.artifact import read_json
from labci.cli import options
from labci.cli.options import GLOBAL, Format
from labci.errors import ConfigError, InterruptError, LabciError, OptionError, UsageError

if TYPE_CHECKING:  # git, stores and all: not for `labci --help`
    from labci import session
    from labci.job import Job


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("diff")(diff)
    app.command("plan")(plan)
    from labci.cli import gating, training

    for name in pipeline.NAMES[2:]:
        if name == "train":
            training.register(app)
        elif name == "gate":
            gating.register(app)
        elif name == "release":
            app.command("release")(release)
        else:
            app.command(name, help=HELP[name])(_stage_command(name))
    app.command("run")(run)


HELP = {
    "generate": "Generate samples for what is new, into the run folder.",
    "mix": "Mix new samples with replay of everything taught before.",
    "evaluate": "Score base, released and candidate model on the held-out items.",
}


def flags_of(pairs: list[str] | None, **named: Any) -> dict[str, Any]:
    """Settings of the command line by their dotted names: `--set`, and those with an option of their own."""
    return options.parse_settings(pairs) | {name: value for name, value in named.items() if value is not None}


def opened(request: session.Request, progress: Any) -> Job:
    """The job that is asked for; with -v its settings are told."""
    from labci import session

    found = session.open_session(request)
    options.tell_settings(found.config)
    return session.open_job(found, progress)


def request_of(range: str | None, flags: dict[str, Any], **more: Any) -> session.Request:
    """What the command line asks for, with the global options."""
    from labci import session

    return session.Request(folder=GLOBAL.folder, config=GLOBAL.config, range=range, flags=flags, **more)


def walk(request: session.Request, **stages: Any) -> tuple[Job, pipeline.Walk]:
    """Open the job and walk some of its stages."""
    with options.progress() as progress:
        job = opened(request, progress)
        return job, through(job, **stages)


def through(job: Job, **stages: Any) -> pipeline.Walk:
    """Walk the stages; what goes wrong says how to go on."""
    with going_on():
        return pipeline.walk(job, **stages)


@contextmanager
def going_on() -> Iterator[None]:
    """What goes wrong here says how to go on."""
    try:
        yield
    except (ConfigError, OptionError):  # the same command would end here again
        raise
    except LabciError as error:
        error.hint = "\n".join(filter(None, [error.hint, f"then continue with: {again()}"]))
        raise
    except KeyboardInterrupt as error:
        raise InterruptError("interrupted; what is done is kept", hint=f"continue with: {again()}") from error


def again() -> str:
    """The command as it was typed, unless that means something else by now."""
    import shlex

    return GLOBAL.again or shlex.join(["labci", *sys.argv[1:]])


def echo_json(value: Any) -> None:
    """A result as the one JSON document of stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def diff(
    range: options.Range = None,
    worktree: options.Worktree = False,
    format: options.OutputFormat = Format.text,
    setting: options.Setting = None,
) -> None:
    """Show what changed, per leaf and per seed. Never uses the network."""
    from labci.cli import uncommitted
    from labci.report import seeds
    from labci.report.changes import to_text

    job, _ = walk(request_of(range, flags_of(setting), worktree=worktree), last="diff", force=True)
    value = read_json(job.run / "changes.json")
    if format is Format.json:
        echo_json(value)
    else:
        typer.echo(to_text(value, seeds.questions(value, job.repository, job.taxonomy.root)))
    uncommitted.tell(job)


def plan(
    range: options.Range = None,
    run: options.Run = None,
    worktree: options.Worktree = False,
    teacher: options.Teacher = None,
    model: options.Model = None,
    seed: options.Seed = None,
    leaf: options.LeafPath = None,
    limit: options.Limit = None,
    max_calls: Annotated[int | None, typer.Option(min=0, help="Exit 1 if generation needs more calls.")] = None,
    max_minutes: Annotated[float | None, typer.Option(min=0, help="Exit 1 if the whole takes longer.")] = None,
    format: options.OutputFormat = Format.text,
    setting: options.Setting = None,
) -> None:
    """Estimate what generation and training would cost."""
    from labci.report.plan import over_limits

    flags = flags_of(setting, teacher=teacher, model=model, seed=seed)
    request = request_of(range, flags, run=run, worktree=worktree, leaf=leaf, limit=limit)
    value = _estimate(request, format)
    if value is not None and (problems := over_limits(value, max_calls, max_minutes)):
        raise LabciError("; ".join(problems), hint="lower generate.samples_per_span, or raise the limit")


def _estimate(request: session.Request, format: Format = Format.text) -> Any:
    """changes.json and plan.json, shown; nobody is asked. None where nothing is new."""
    from labci.cli import uncommitted
    from labci.report.plan import to_text

    with options.progress() as progress:
        job = opened(request, progress)
        walked = pipeline.Walk() if request.run else through(job, last="diff", force=True)
        if not walked.note or format is Format.json:  # a document of zeros is one, too
            through(job, first="plan", last="plan", force=True)  # always anew: it tells what the store holds now
    if walked.note:
        typer.echo(walked.note, err=True)
        if format is Format.json:
            echo_json(read_json(job.run / "plan.json"))
        uncommitted.tell(job)
        return None
    value = read_json(job.run / "plan.json")
    if format is Format.json:
        echo_json(value)
    else:
        typer.echo(to_text(value, read_json(job.run / "changes.json")))
    uncommitted.tell(job)
    return value


def _stage_command(name: str) -> Any:
    def command(
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
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and stop.")] = False,
        setting: options.Setting = None,
    ) -> None:
        flags = flags_of(setting, teacher=teacher, model=model, seed=seed, hub=hub)
        more = {"worktree": worktree, "run": run, "jobs": jobs, "leaf": leaf, "limit": limit}
        one_stage(name, request_of(range, flags, **more), dry_run)

    return command


def one_stage(name: str, request: session.Request, dry_run: bool = False) -> None:
    """A stage alone. generate makes its own run folder; the others need what came before."""
    from labci.cli import uncommitted
    from labci.report.run import stage_to_text

    if dry_run and name == "generate":
        _estimate(request)
        return
    if dry_run:
        with options.progress() as progress:
            _tell_ahead(pipeline.ahead(opened(request, progress), first=name, last=name, force=True))
        return
    first = "diff" if name == "generate" and request.run is None else name
    job, walked = walk(request, first=first, last=name, force=first == name)
    if walked.note:
        typer.echo(walked.note, err=True)
        uncommitted.tell(job)
        return
    typer.echo(stage_to_text(job.run, name))
    if walked.exit_code:
        raise typer.Exit(walked.exit_code)


def _tell_ahead(walked: pipeline.Walk) -> None:
    """What would run, or why nothing would, in the words of the run itself."""
    if walked.note:
        typer.echo(walked.note)
        return
    for name in pipeline.NAMES:
        if name in walked.ran or name in walked.skipped:
            typer.echo(f"{name}: {'to do' if name in walked.ran else 'complete'}")
    if walked.exit_code:
        typer.echo("the run ends there: the gate did not pass the candidate")


def release(
    range: options.Range = None,
    run: options.Run = None,
    leaf: options.LeafPath = None,
    limit: options.Limit = None,
    worktree: options.Worktree = False,
    teacher: options.Teacher = None,
    model: options.Model = None,
    seed: options.Seed = None,
    jobs: options.Jobs = 0,
    hub: options.Hub = None,
    override: Annotated[
        str | None, typer.Option(metavar="REASON", help="Release what the gate did not pass; recorded with --by.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who decides the override.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and stop.")] = False,
    setting: options.Setting = None,
) -> None:
    """Publish a candidate that the gate has passed, or one that somebody answers for by name."""
    from labci.lineage import Override

    decision = None
    if override is not None or by is not None:
        decision = Override(reason=_given(override, "--override REASON"), by=_given(by, "--by NAME"))
    flags = flags_of(setting, teacher=teacher, model=model, seed=seed, hub=hub)
    more = {"worktree": worktree, "run": run, "jobs": jobs, "leaf": leaf, "limit": limit}
    one_stage("release", request_of(range, flags, override=decision, **more), dry_run)


def _given(text: str | None, option: str) -> str:
    """A text that is more than spaces: neither who nor why is ever guessed, for it stays in the release."""
    if text is None or not text.strip():
        hint = 'write: labci release --override "REASON" --by "NAME"'
        raise UsageError(f"an override needs both a reason and a name: {option} is missing or empty", hint=hint)
    return text


def run(
    range: options.Range = None,
    first: Annotated[str, typer.Option("--from", metavar="STAGE", help="Run again from this stage.")] = pipeline.NAMES[
        0
    ],
    last: Annotated[str, typer.Option("--to", metavar="STAGE", help="Stop after this stage.")] = pipeline.NAMES[-1],
    run: options.Run = None,
    worktree: options.Worktree = False,
    teacher: options.Teacher = None,
    model: options.Model = None,
    seed: options.Seed = None,
    jobs: options.Jobs = 0,
    leaf: options.LeafPath = None,
    limit: options.Limit = None,
    hub: options.Hub = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and stop.")] = False,
    setting: options.Setting = None,
) -> None:
    """Walk all stages, from what is new to a release; what is complete is skipped."""
    flags = flags_of(setting, teacher=teacher, model=model, seed=seed, hub=hub)
    request = request_of(range, flags, worktree=worktree, run=run, jobs=jobs, leaf=leaf, limit=limit)
    _run(request, first, last, dry_run=dry_run)


def _run(request: session.Request, first: str, last: str, *, dry_run: bool) -> None:
    from labci.cli import uncommitted
    from labci.report.run import to_text

    with options.progress() as progress:
        job = opened(request, progress)
        whole = first == pipeline.NAMES[0]
        note = pipeline.already_released(job) if whole else ""
        go = pipeline.ahead if dry_run else through
        walked = pipeline.Walk(note=note) if note else go(job, first=first, last=last, force=not whole)
    if dry_run:
        _tell_ahead(walked)
        return
    if walked.note:
        typer.echo(walked.note)
        uncommitted.tell(job)
        return
    if not walked.ran:
        typer.echo("nothing to do: every stage of this run is complete")
    typer.echo(to_text(job.run))
    if walked.exit_code:
        raise typer.Exit(walked.exit_code)
