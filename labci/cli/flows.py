"""flows: the ways to generate, as YAML."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from labci.cli import options
from labci.cli.options import GLOBAL
from labci.errors import LabciError, UsageError

if TYPE_CHECKING:
    from labci import flow

app = typer.Typer(no_args_is_help=True)
Flow = Annotated[str, typer.Argument(metavar="FLOW", help="A shipped flow (labci flows list), or a .yaml file.")]


@app.command("list")
def flows_list() -> None:
    """The flows that ship, and those of this repository that labci.yaml names, each with what it is for."""
    from labci import flows

    for name in flows.names():
        _tell(name, flows.load(name))
    problems = _list_own()
    typer.echo(
        "`flows:` in labci.yaml chooses by kind of leaf: auto, small, large, a name from here, or a file in flows/."
    )
    _fail(problems)


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
    problems: list[LabciError] = []
    for file in files:
        try:
            name, digest = _checked(file)
            typer.echo(f"{file}: fine, {name}@{digest[:12]}")
        except LabciError as error:
            problems.append(error)
    _fail(problems)


def _list_own() -> list[LabciError]:
    """Tell the flow files that this repository's settings name; what is wrong with the others of them."""
    from labci import config, flows
    from labci.leaf import Kind

    problems: list[LabciError] = []
    if (session := options.session_here()) is None:
        return problems
    for kind in get_args(Kind):
        name: str = getattr(session.config.flows, kind)
        try:
            own = flows.own(session.repository, name, kind) if flows.is_file(name) else None
        except LabciError as error:
            problems.append(error)
        else:
            if own is not None:
                _tell(f"{name} (this repository's, by flows.{kind} of {config.FILE})", own)
    return problems


def _tell(title: str, flow: flow.Flow) -> None:
    about = textwrap.fill(flow.about, 100, initial_indent="    ", subsequent_indent="    ")
    typer.echo(f"{title}: {flow.kind}; {', '.join(flow.steps)}\n{about}\n")


def _fail(problems: Sequence[LabciError]) -> None:
    if problems:
        raise UsageError(
            "\n       ".join(f"{error.message}\n       {error.hint}" for error in problems),
            hint="for one with all its parts: labci flows show knowledge-large",
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
