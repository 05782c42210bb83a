"""init, new and submit."""

from __future__ import annotations

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
) -> None:
    """Scaffold a taxonomy repository: settings, workflow, templates and an example leaf."""
    from labci import contribute

    for path in contribute.init(GLOBAL.folder / (folder or Path())):
        typer.echo(path)


def _ask(value: str | None, question: str, flag: str) -> str:
    """A flag's value, else an answer typed on a terminal, else a clear error."""
    from labci.errors import UsageError

    if value:
        return value
    if not sys.stdin.isatty():
        raise UsageError(f"{flag} is missing", hint=f"add {flag} '…'; on a terminal labci asks")
    return str(typer.prompt(question))


def new(
    kind: Annotated[LeafKind, typer.Argument(help="knowledge or skill.")],
    path: Annotated[str, typer.Argument(help="The leaf's folder below the taxonomy root, branch first.")],
    about: Annotated[str | None, typer.Option(help="Domain (knowledge) or task description (skill).")] = None,
    outline: Annotated[str | None, typer.Option(help="What the document covers (knowledge).")] = None,
    created_by: Annotated[str | None, typer.Option(help="Your user name.")] = None,
    document: Annotated[str | None, typer.Option(help="A text file of this repository (knowledge).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the work.")] = None,
    link: Annotated[str | None, typer.Option(help="Link to the work.")] = None,
    license: Annotated[str | None, typer.Option(help="SPDX id of its licence.")] = None,
    creators: Annotated[str | None, typer.Option(help="Names of its creators.")] = None,
    grounded: Annotated[bool, typer.Option(help="A skill whose questions come with a context.")] = False,
) -> None:
    """Scaffold a leaf; asks on a terminal, takes every answer as a flag elsewhere."""
    from labci import contribute
    from labci.session import Request, open_session

    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config))
    knowledge = kind is LeafKind.knowledge
    answers = contribute.Answers(
        about=_ask(about, "Domain" if knowledge else "Task description", "--about"),
        created_by=_ask(created_by, "Your user name", "--created-by"),
        outline=_ask(outline, "What does the document cover", "--outline") if knowledge else "",
        document=_ask(document, "Document (path in this repository)", "--document") if knowledge else "",
        title=_ask(title, "Title of the work", "--title"),
        link=_ask(link, "Link to the work", "--link"),
        license=_ask(license, "Licence (SPDX id)", "--license"),
        creators=_ask(creators, "Names of its creators", "--creators"),
        grounded=grounded,
    )
    for file in contribute.new_leaf(session.root, session.config.taxonomy, kind.value, path, answers):
        typer.echo(file)


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
    raise typer.Exit(submit_command(session, wish, _tell, color=GLOBAL.colored(sys.stderr)))


def _tell(text: str) -> None:
    """Progress, for whoever wants it."""
    if not GLOBAL.quiet:
        typer.echo(text, err=True)
