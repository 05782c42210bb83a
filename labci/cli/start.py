"""init, new and submit."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labci.cli.options import GLOBAL, tell_settings


class LeafKind(StrEnum):
    """What `new` scaffolds."""

    knowledge = "knowledge"
    skill = "skill"


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("init")(init)
    app.command("new")(new)
    app.command("submit")(submit)


def init(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Folder; default: this one.")] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option(help="Who approves workflows, flows and settings: @user, @organisation/team; repeat for more."),
    ] = None,
) -> None:
    """Scaffold a taxonomy repository: settings, workflow, templates and an example leaf."""
    from labci import contribute

    place = GLOBAL.folder / (folder or Path())
    files = contribute.init(place, owners=owner or [])
    for path in files:
        typer.echo(path)
    for path in contribute.left(place):
        tell(f"left as it was: {path}")
    if contribute.CODEOWNERS in files and not owner:
        tell(f"nobody owns workflows, flows and settings yet: put names into {contribute.CODEOWNERS}")
    if owner and contribute.CODEOWNERS not in files:
        tell(f"{contribute.CODEOWNERS} was there already: write {' '.join(owner)} into it yourself")
    if files:
        away = GLOBAL.named != Path() or place.resolve() != Path.cwd()
        go = [f"cd {shlex.quote(str(GLOBAL.named / (folder or Path())))}"] if away else []
        _tell_next(
            [*go, "git add -A && git commit -m 'Begin a taxonomy'", "labci new knowledge    (or: labci new skill)"]
        )


def _tell_next(steps: list[str]) -> None:
    for number, step in enumerate(steps):
        tell(f"{' next:' if number == 0 else '      '} {step}")


def called() -> str:
    """How labci works in the same folder again."""
    return "labci" if GLOBAL.named == Path() else f"labci -C {shlex.quote(str(GLOBAL.named))}"


def new(
    kind: Annotated[LeafKind, typer.Argument(help="knowledge or skill.")],
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="The leaf's folder below the taxonomy root, branch first.")
    ] = None,
    about: Annotated[str | None, typer.Option(help="Domain (knowledge) or task description (skill).")] = None,
    outline: Annotated[str | None, typer.Option(help="What the document covers (knowledge).")] = None,
    created_by: Annotated[str | None, typer.Option(help="Your user name.")] = None,
    document: Annotated[str | None, typer.Option(help="A text file of this repository (knowledge).")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="The document, to choose passages from (knowledge).")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the work.")] = None,
    link: Annotated[str | None, typer.Option(help="Link to the work.")] = None,
    license: Annotated[str | None, typer.Option(help="SPDX id of its licence.")] = None,
    creators: Annotated[str | None, typer.Option(help="Names of its creators.")] = None,
    grounded: Annotated[bool | None, typer.Option(help="A skill whose questions come with a context.")] = None,
) -> None:
    """Scaffold a leaf; asks on a terminal, takes every answer as a flag elsewhere."""
    from labci.cli.creating import Wish, new_command, next_steps
    from labci.errors import UsageError
    from labci.session import Request, open_session

    if document and source:
        raise UsageError("--document and --from name the same thing", hint="give one; --from lets you choose passages")
    flags = {
        "about": about, "created_by": created_by, "outline": outline, "document": source or document,
        "title": title, "link": link, "license": license, "creators": creators,
    }  # fmt: skip
    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config))
    wish = Wish(
        kind=kind.value, path=path, given={name: value for name, value in flags.items() if value},
        grounded=grounded, choosing=source is not None, here=GLOBAL.folder.resolve(), labci=called(),
    )  # fmt: skip
    files = new_command(session, wish, tell)
    for file in files:
        typer.echo(file)
    _tell_next(next_steps(session.root, files, wish))


def submit(
    paths: Annotated[list[Path] | None, typer.Argument(help="Only these leaves; none: all that changed.")] = None,
    branch: Annotated[str | None, typer.Option(metavar="NAME", help="The branch; default: named after a leaf.")] = None,
    title: Annotated[str, typer.Option(help="Title of commit and pull request.")] = "",
    message: Annotated[str, typer.Option(help="What the contribution is about, for reviewers.")] = "",
    remote: Annotated[str, typer.Option(metavar="NAME", help="Where the branch is pushed.")] = "origin",
    base: Annotated[str | None, typer.Option(metavar="BRANCH", help="The branch that it is for.")] = None,
    forge: Annotated[str | None, typer.Option(help="auto (by the remote's URL), github or plain.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Send leaves for review: lint, branch, commit with sign-off, push, open or update the pull request.

    Git hooks are not run and commits are not signed with a key.
    """
    from labci.cli.submitting import Wish, submit_command
    from labci.session import Request, open_session

    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config, flags={"forge": forge}))
    tell_settings(session.config)
    wish = Wish(
        paths=tuple(paths or ()), branch=branch, title=" ".join(title.split()), message=message.strip(),
        remote=remote, base=base, dry_run=dry_run,
    )  # fmt: skip
    raise typer.Exit(submit_command(session, wish, tell, color=GLOBAL.colored(sys.stderr)))


def tell(text: str) -> None:
    """Progress, for whoever wants it."""
    if not GLOBAL.quiet:
        typer.echo(text, err=True)
