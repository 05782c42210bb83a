"""The command line: one file per family of commands; errors become messages and exit codes here, only here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from labci import crew
from labci.cli import check, ci, doctor, flows, manage, reporting, stages, start, talk, teaching
from labci.cli.failure import guarded, say
from labci.cli.options import root_callback

app = typer.Typer(
    name="labci",
    help="Turn a git repository of question-and-answer files into a released language model.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.callback()(root_callback)
for family in (start, check, stages, reporting, talk, doctor):
    family.register(app)
app.add_typer(manage.models_app, name="models", help="The models labci knows.")
app.add_typer(teaching.teachers_app, name="teachers", help="The specialist teacher: its rows, builds and scores.")
app.add_typer(manage.releases_app, name="releases", help="The history of releases.")
app.add_typer(flows.app, name="flows", help="The ways to generate.")
app.add_typer(ci.app, name="ci", help="Entry points that workflows call, one per step.")


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code.

    Of the processes that train together only the first one speaks; another one says why it has failed, if it alone has.
    """
    stderr, told = sys.stderr, list[tuple[str, str]]()
    if not crew.first():
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 (until the process ends)
    tell = say if crew.first() else lambda message, hint: told.append((message, hint))
    code = guarded(lambda: app(args=list(argv) if argv is not None else None, standalone_mode=False), tell)

    def last() -> None:
        sys.stderr = stderr
        for message, hint in told:
            say(f"{crew.name()}: {message}", hint)

    crew.end(code, last)
    sys.exit(code)
