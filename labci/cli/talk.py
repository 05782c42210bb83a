"""chat."""

from __future__ import annotations

from typing import Annotated

import typer

from labci.cli.options import GLOBAL, tell_settings


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("chat")(chat)


def chat(
    model: Annotated[str | None, typer.Argument(help="A release (v0.1.0, latest), a known model, or a folder.")] = None,
    compare: Annotated[str | None, typer.Option(metavar="MODEL", help="A second model, side by side.")] = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens.")] = 128,
) -> None:
    """Talk to a release, or to two side by side. One question a line; an empty line or Ctrl-D ends."""
    from labci.chat import chat as talk
    from labci.session import Request, open_session

    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config))
    tell_settings(session.config)
    talk(session, model or "latest", compare, max_tokens)
