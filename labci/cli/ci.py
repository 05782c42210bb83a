"""Entry points that workflows call."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from labci.cli import options
from labci.cli.options import GLOBAL

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ci() -> None:
    """Entry points that workflows call, one per step."""


@app.command("pr")
def pr() -> None:
    """Lint, diff and plan a pull request, read from git objects; for forks too."""
    from labci.ci import pull_request

    raise typer.Exit(pull_request(GLOBAL.folder))


@app.command("comment")
def comment() -> None:
    """Say in one comment what `labci ci pr` found; edits it in place, and sets labels."""
    from labci.ci import comment

    for line in comment():
        typer.echo(line)


@app.command("command")
def command() -> None:
    """Answer a `/labci …` comment on a pull request."""
    from labci.ci import command

    for line in command(GLOBAL.folder):
        typer.echo(line)


@app.command("preview")
def preview() -> None:
    """Generate some samples of an approved pull request, and ask the released model its questions."""
    from labci.ci import preview

    with options.progress() as progress:
        preview(GLOBAL.folder, progress)


@app.command("merge")
def merge() -> None:
    """Teach what was merged, judge it, and keep what passes as a candidate; a FAIL opens an issue."""
    from labci.ci import merge

    with options.progress() as progress:
        code = merge(GLOBAL.folder, progress)
    raise typer.Exit(code)


@app.command("release")
def release() -> None:
    """Publish the newest candidate that passed the gate, or say that there is none."""
    from labci.ci import publish

    with options.progress() as progress:
        publish(GLOBAL.folder, progress)


@app.command("upgrade")
def upgrade() -> None:
    """Bring workflows and templates below .github up to this version, keeping what was edited."""
    from labci import contribute
    from labci.errors import FindingsError

    found = contribute.upgrade(GLOBAL.folder)
    for item in found:
        typer.echo(f"{item.how:<9} {item.path}")
    if not found:
        typer.echo("nothing to do: the files are as this version writes them")
    clashes = [item for item in found if item.how == "conflict"]
    for item in clashes:
        typer.echo(f"\nlabci changes in {item.path}, which was edited, too:\n\n{item.diff}")
    if clashes:
        names = ", ".join(item.path for item in clashes)
        raise FindingsError(f"left as they are: {names}", hint="take over by hand what you want of the above")


@app.command("install-hooks")
def install_hooks(
    run: Annotated[bool, typer.Option(help="Queue labci run after each push to the base branch.")] = True,
) -> None:
    """Lint what is pushed to this bare repository, and train on it: pull requests' way without a forge."""
    from labci.ci import install_hooks

    for line in install_hooks(GLOBAL.folder, run=run):
        typer.echo(line)


@app.command("pre-receive", hidden=True)
def pre_receive() -> None:
    """Lint what is pushed; errors on the base branch refuse the push."""
    from labci.ci import pre_receive

    raise typer.Exit(pre_receive(GLOBAL.folder, sys.stdin))


@app.command("post-receive", hidden=True)
def post_receive() -> None:
    """Queue a run if the base branch moved."""
    from labci.ci import post_receive

    for line in post_receive(GLOBAL.folder, sys.stdin):
        typer.echo(line)


@app.command("work", hidden=True)
def work() -> None:
    """Do what is queued, one run at a time."""
    from labci.ci import work

    work(GLOBAL.folder)
