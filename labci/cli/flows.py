"""flows: the ways to generate, as YAML."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from labci.cli.options import GLOBAL
from labci.errors import LabciError, UsageError

app = typer.Typer(no_args_is_help=True)
Flow = Annotated[str, typer.Argument(metavar="FLOW", help="A shipped flow (labci flows list), or a .yaml file.")]


@app.command("list")
def flows_list() -> None:
    """The flows that ship, and what each is for."""
    from labci import flows

    for name in flows.names():
        flow = flows.load(name)
        about = textwrap.fill(flow.about, 100, initial_indent="    ", subsequent_indent="    ")
        typer.echo(f"{name}: {flow.kind}; {', '.join(flow.steps)}\n{about}\n")
    typer.echo("`flows:` in labci.yaml chooses by kind of leaf: auto, small, large, a name from here, or a file.")


@app.command("show")
def flows_show(flow: Flow) -> None:
    """A flow's YAML, to read or to start your own from. Its digest goes to stderr."""
    from labci import flows

    if flows.is_file(flow):
        _, digest = _checked(Path(flow))
        text = (GLOBAL.folder / flow).read_text("utf-8")
    else:
        digest, text = flows.load(flow).digest, flows.source(flow)
    typer.echo(f"digest: {digest}", err=True)
    typer.echo(text, nl=False)


@app.command("check")
def flows_check(files: Annotated[list[Path], typer.Argument(help="Flow files.")]) -> None:
    """Check flow files: their form, the steps and thresholds that their program needs, the slots that it fills."""
    problems: list[str] = []
    for file in files:
        try:
            name, digest = _checked(file)
            typer.echo(f"{file}: fine, {name}@{digest[:12]}")
        except LabciError as error:
            problems.append(f"{error.message}\n       {error.hint}")
    if problems:
        raise UsageError(
            "\n       ".join(problems), hint="for one with all its parts: labci flows show knowledge-large"
        )


def _checked(file: Path) -> tuple[str, str]:
    from labci import flows
    from labci.flow import read

    try:
        data = (GLOBAL.folder / file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", hint="name a flow file") from error
    flow = flows.checked(read(file.stem, data, file=str(file)), str(file))
    return flow.name, flow.digest
