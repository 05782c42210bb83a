"""doctor."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from labci.cli import options
from labci.cli.options import GLOBAL, Format


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("doctor")(doctor)


def doctor(
    teacher: options.Teacher = None,
    model: options.Model = None,
    probe: Annotated[
        bool, typer.Option("--probe/--no-probe", help="Ask the teacher, and stores and hubs of other machines.")
    ] = True,
    format: options.OutputFormat = Format.text,
) -> None:
    """Say what this machine has and lacks, and the command that mends it: exit 1 if something is missing."""
    from labci.doctor import Question, examine, to_json

    findings = examine(Question(folder=GLOBAL.folder, config=GLOBAL.config, teacher=teacher, model=model, probe=probe))
    value = to_json(findings)
    if format is Format.json:
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from labci.doctor.text import show

        show(findings, Console(highlight=False, markup=False, emoji=False, no_color=not GLOBAL.colored()))
    raise typer.Exit(1 if value["missing"] else 0)
