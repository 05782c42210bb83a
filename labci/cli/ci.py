"""Entry points that workflows call."""

from __future__ import annotations

import typer

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
