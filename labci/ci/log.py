"""What a workflow's log and summary page are told; a stranger's text in it can't command the runner."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

MAX_SUMMARY = 900_000  # bytes; GitHub refuses a summary of over a mebibyte


@contextmanager
def without_commands(environment: Mapping[str, str]) -> Iterator[None]:
    """The runner takes no workflow command (`::…::`) from what is printed inside, on stdout or stderr.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)
    typer.echo(f"::stop-commands::{token}")
    yield  # after an error commands stay stopped: the message that follows may quote a stranger
    typer.echo(f"::{token}::")


def annotate(lines: Iterable[str]) -> None:
    """Print workflow commands, which GitHub shows beside the lines of the pull request."""
    for line in lines:
        typer.echo(line)


def add_summary(text: str, environment: Mapping[str, str]) -> None:
    """Append Markdown to the job's summary page; outside of a workflow it goes to stdout."""
    name = environment.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        typer.echo(text)
        return
    with Path(name).open("a", encoding="utf-8") as file:
        file.write(text.encode("utf-8")[:MAX_SUMMARY].decode("utf-8", "ignore") + "\n")
