"""What the hooks of a bare repository do: lint what is pushed, and queue a run when the base branch moved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from labci import config as configs
from labci.ci import queue, workplace
from labci.config import Config
from labci.errors import LabciError
from labci.git import Repository, quarantine
from labci.lint import exit_code
from labci.report.diagnostics import Tally, render

BRANCHES = "refs/heads/"


class Update(NamedTuple):
    """A branch and the commit that it gets."""

    branch: str
    commit: str


def pre_receive(folder: Path, lines: Iterable[str]) -> int:
    """Lint the branches that a push moves, before it is accepted; 1 refuses it, for errors on the base branch.

    lines: as git gives them to the hook, `OLD NEW REF`. Other branches are told of their errors and accepted.
    Settings are those of the base branch as it is before the push; without any, nothing is checked.
    """
    objects = quarantine(os.environ)  # opening a repository clears these variables
    repository = Repository.open(folder, variables=objects)
    config = _config(repository)
    refused = 0
    for update in _updates(lines):
        base = _tip(repository, config.base) if config else None
        if config is None or base is None:
            typer.echo(f"labci: {update.branch} is not checked: {repository.root.name} has no {configs.FILE} yet")
            continue
        status = _lint(repository, base, update)
        refused |= status if update.branch == config.base else 0
    if refused:
        typer.echo("labci: nothing was pushed; mend the lines above first")
    return refused


def post_receive(folder: Path, lines: Iterable[str]) -> Iterator[str]:
    """Queue a run if the base branch moved; yields what the one who pushed is told."""
    repository = Repository.open(folder)
    config = _config(repository)
    for update in _updates(lines):
        if config is not None and update.branch == config.base:
            log = queue.ask(repository.root, update.commit)
            yield f"labci: a run for {update.commit[:12]} is queued; {log} tells how it goes"


def _updates(lines: Iterable[str]) -> Iterator[Update]:
    """Branches that get a commit; tags, notes and removed branches hold nothing to check."""
    for line in lines:
        _, new, ref = line.rstrip("\n").split(" ", 2)
        if ref.startswith(BRANCHES) and new.strip("0"):
            yield Update(ref.removeprefix(BRANCHES), new)


def _config(repository: Repository) -> Config | None:
    """Settings of HEAD; None in a new repository, or one that is no taxonomy yet."""
    if repository.git.line("rev-parse", "--verify", "--quiet", "HEAD") is None:
        return None
    tree = repository.tree("HEAD")
    data = tree.read(configs.FILE)
    return None if data is None else configs.read(data, beside=tree.read)


def _tip(repository: Repository, branch: str) -> str | None:
    return repository.git.line("rev-parse", "--verify", "--quiet", f"{BRANCHES}{branch}^{{commit}}")


def _lint(repository: Repository, base: str, update: Update) -> int:
    """Lint's exit code; what can't be linted at all is an error of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            tally = Tally(workplace.check(workplace.prepare(repository, base, update.commit, Path(scratch))))
        except LabciError as error:
            typer.echo(f"labci: {update.branch}: {error.message}")
            return 1
        for line in render("text", tally):
            typer.echo(line)
    return exit_code(tally.errors, tally.warnings)
