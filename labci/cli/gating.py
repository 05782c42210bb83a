"""gate: a run's scores, or a file's, held against a policy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from labci import pipeline
from labci.artifact import read_json
from labci.cli import options, stages
from labci.cli.options import GLOBAL, VerdictFormat
from labci.errors import UsageError

if TYPE_CHECKING:
    from labci import session
    from labci.config import GateSettings
    from labci.verdict import Verdict


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("gate")(gate)


def gate(
    range: options.Range = None,
    run: options.Run = None,
    scores: Annotated[Path | None, typer.Option(metavar="FILE", help="Decide from this scores.json alone.")] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The gate: mapping as a file of its own, for --scores or for --run."),
    ] = None,
    format: Annotated[
        VerdictFormat, typer.Option("--format", help="text, json, or markdown for a comment.")
    ] = VerdictFormat.text,
    blame: Annotated[
        bool, typer.Option("--blame", help="After a FAIL, retrain without some contributions to find the bad one.")
    ] = False,
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
    """Compare the candidate with the released model: PASS (0), FAIL (1) or INCONCLUSIVE (4)."""
    from labci.report.verdict import render

    if scores is not None and blame:
        raise UsageError("--blame retrains, and a scores.json has nothing to train on", hint="name a run: --run DIR")
    named = {"teacher": teacher, "model": model, "seed": seed, "hub": hub}
    more: dict[str, Any] = {"run": run, "worktree": worktree, "jobs": jobs, "leaf": leaf, "limit": limit}
    if scores is not None:
        _check_alone(
            {"a range": range, "--set": setting, "--config": GLOBAL.config, "--dry-run": dry_run}, named | more
        )
        verdict = _of_files(scores, policy)
    else:
        flags = stages.flags_of(setting, **named)
        flags |= _flags_of_policy(policy, run, flags) if policy else {}
        request = stages.request_of(range, flags, **more)
        if dry_run:
            stages.one_stage("gate", request, dry_run)
            return
        if blame:
            tell_blame(request, format)
        verdict = _of_run(request)
    typer.echo(render(verdict, format.value))
    raise typer.Exit(verdict.exit_code)


def _check_alone(given: dict[str, Any], named: dict[str, Any]) -> None:
    """What is given beside --scores would not be read, and a verdict that leaves it out may be another one."""
    for name, value in (given | {f"--{name}": value for name, value in named.items()}).items():
        if value is not None if name == "--seed" else value:  # seed 0 is one
            rules = name in ("--set", "--config")
            raise UsageError(
                f"--scores decides from that file and --policy alone: {name} would not be read",
                hint=f"write the gate: mapping into a file: --policy FILE, without {name}" if rules
                else f"leave out {name}, or --scores",
            )  # fmt: skip


def _of_files(scores: Path, policy: Path | None) -> Verdict:
    from labci import config as configs
    from labci import gate as gates

    rules = _read(policy) if policy else configs.read_policy(b"", "")
    return gates.decide(gates.load_scores(scores), rules)


def _of_run(request: session.Request) -> Verdict:
    from labci.verdict import Verdict

    job, _ = stages.walk(request, first="gate", last="gate", force=True)
    return Verdict.from_json(read_json(job.run / "verdict.json"))


def _flags_of_policy(policy: Path, run: Path | None, flags: dict[str, Any]) -> dict[str, Any]:
    """The whole policy as settings of the command line, which the gate's manifest records.

    Without --run they would lead to another run folder, as a run goes by its settings.
    """
    if run is None:
        raise UsageError("--policy is for the scores of a run, or of a file", hint="add --run DIR, or --scores FILE")
    if any(name.partition(".")[0] == "gate" for name in flags):
        raise UsageError("--policy and --set both say what the gate asks", hint="leave one of them out")
    return {f"gate.{name}": value for name, value in asdict(_read(policy)).items()}


def _read(policy: Path) -> GateSettings:
    from labci import config as configs

    try:
        return configs.read_policy(policy.read_bytes(), str(policy))
    except OSError as error:
        raise UsageError(
            f"policy {policy} can't be read: {error.strerror}", hint="name the gate: mapping's file"
        ) from error


def tell_blame(request: session.Request, format: VerdictFormat) -> NoReturn:
    """Gate a run, search whom a FAIL is to be blamed on, and exit as the gate's verdict says.

    The verdict comes first, but for JSON, which is one document: blame.json.
    """
    from labci.blame import blame
    from labci.report import blame as reports
    from labci.report import verdict as verdicts

    with options.progress() as progress:
        job = stages.opened(request, progress)
        with stages.going_on():
            pipeline.walk(job, first="gate", last="gate", force=True)
            found = blame(job)
    if format is not VerdictFormat.json:
        typer.echo(f"{verdicts.render(found.verdict, format.value)}\n")
    typer.echo(reports.render(found, format.value))
    raise typer.Exit(found.verdict.exit_code)
