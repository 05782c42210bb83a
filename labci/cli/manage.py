"""models and releases."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labci.cli import options
from labci.cli.options import GLOBAL
from labci.errors import FindingsError

if TYPE_CHECKING:
    from labci.hubs import Hub
    from labci.transfer import Matrix

models_app = typer.Typer(no_args_is_help=True)
releases_app = typer.Typer(no_args_is_help=True)


@models_app.command("list")
def models_list() -> None:
    """The models labci knows, and which are on this machine."""
    from labci import models

    for name, about, here in models.list_models():
        typer.echo(f"{name:<16} {'ready' if here else 'not pulled':<12} {about}")


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="A known name or a Hugging Face id.")] = "smollm2-135m",
) -> None:
    """Fetch a model, check its digest, and build its specialist teacher; resumes."""
    from labci import models

    with options.progress() as progress:
        folder = models.pull(name, progress)
    typer.echo(folder)


def _hub(hub: str | None) -> Hub:
    from labci.session import Request, open_session

    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config, flags={"hub": hub}))
    options.tell_settings(session.config)
    return session.hub()


@releases_app.command("list")
def releases_list(hub: options.Hub = None) -> None:
    """All releases, newest first; the one in use is marked."""
    from labci.report.releases import to_text

    typer.echo(to_text(_hub(hub)))


class MatrixFormat(StrEnum):
    """Renderings of the matrix."""

    text = "text"
    json = "json"
    html = "html"


@releases_app.command("matrix")
def releases_matrix(
    hub: options.Hub = None,
    format: Annotated[
        MatrixFormat, typer.Option("--format", help="html: a file below .labci/; the others: stdout.")
    ] = MatrixFormat.text,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write it; - is stdout.")
    ] = None,
) -> None:
    """What every release gained over the base model on every leaf, and what was forgotten."""
    from labci import release
    from labci.cli.reporting import put
    from labci.git import Repository

    text = _matrix_as(format, release.history(_hub(hub)))
    if output is None and format is MatrixFormat.html:
        output = Repository.open(GLOBAL.folder).root / ".labci" / "matrix.html"
    put(text, output or Path("-"), quiet=format is MatrixFormat.json)


def _matrix_as(format: MatrixFormat, found: Matrix) -> str:
    from labci.report import matrix

    match format:
        case MatrixFormat.json:
            return matrix.to_json(found)
        case MatrixFormat.html:
            from labci.report.html import matrix_to_html

            return matrix_to_html(found.to_json())
        case MatrixFormat.text:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            return matrix.to_text(found, width=width, color=GLOBAL.colored())


@releases_app.command("verify")
def releases_verify(
    version: Annotated[str | None, typer.Argument(help="A version or a model folder; default: the latest.")] = None,
    hub: options.Hub = None,
) -> None:
    """Check every digest of a release: exit 1 if anything differs."""
    from labci import lineage, release
    from labci.printable import printable

    if version and Path(version).is_dir():
        folder = Path(version)
    else:
        folder = release.folder_of(_hub(hub), version)
    if problems := release.verify(folder):
        raise FindingsError(
            "\n       ".join(problems), hint="fetch the release again, or roll back: labci releases rollback"
        )
    typer.echo(f"{folder}: verified")
    found = lineage.read(folder).manifest
    if found and found.override:
        typer.echo(printable(str(found.override)))


@releases_app.command("blame")
def releases_blame(
    range: options.Range = None,
    run: options.Run = None,
    format: Annotated[
        options.VerdictFormat, typer.Option("--format", help="text, json, or markdown for a comment.")
    ] = options.VerdictFormat.text,
    worktree: options.Worktree = False,
    teacher: options.Teacher = None,
    model: options.Model = None,
    seed: options.Seed = None,
    jobs: options.Jobs = 0,
    leaf: options.LeafPath = None,
    limit: options.Limit = None,
    hub: options.Hub = None,
    setting: options.Setting = None,
) -> None:
    """Find the contribution that a FAIL is to be blamed on, as labci gate --blame does."""
    from labci.cli import gating, stages

    flags = stages.flags_of(setting, teacher=teacher, model=model, seed=seed, hub=hub)
    more = {"run": run, "worktree": worktree, "jobs": jobs, "leaf": leaf, "limit": limit}
    gating.tell_blame(stages.request_of(range, flags, **more), format)


@releases_app.command("revert")
def releases_revert(
    what: Annotated[
        str, typer.Argument(metavar="LEAF|COMMIT", help="A leaf by its path, or the commit or merge that brought it.")
    ],
    rebuild: Annotated[bool, typer.Option("--rebuild/--no-rebuild", help="Train without it at once.")] = True,
    hub: options.Hub = None,
    jobs: options.Jobs = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")] = False,
    setting: options.Setting = None,
) -> None:
    """Take one contribution out: commit the taxonomy without it, and train all others from the base model.

    The rebuild is `labci run --set train.lane=rebuild` and passes through the gate; until it is released, the latest
    release stays. It needs the base branch: on another one there is only the commit, for review.
    """
    from labci.cli import stages
    from labci.cli.reverting import revert_command
    from labci.cli.start import called, tell
    from labci.session import open_session

    flags = stages.flags_of(setting, hub=hub)
    session = open_session(stages.request_of(None, flags))
    if revert_command(session, what, tell, labci=called(), rebuild=rebuild, dry_run=dry_run):
        stages.run(jobs=jobs, hub=hub, setting=[*(setting or []), "train.lane=rebuild"])


@releases_app.command("rollback")
def releases_rollback(
    version: Annotated[str, typer.Argument(help="The version that becomes the latest again.")], hub: options.Hub = None
) -> None:
    """Make an earlier release the latest one."""
    from labci import release

    typer.echo(f"latest is now {release.rollback(_hub(hub), version)}")
