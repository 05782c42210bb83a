"""report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labci.cli.options import GLOBAL

if TYPE_CHECKING:
    from labci.artifact import RunFolder
    from labci.documents import Document
    from labci.git import Repository
    from labci.leaf import DocumentRef
    from labci.session import Session

FILE, MARKDOWN = "report.html", "report.md"


class ReportFormat(StrEnum):
    """Renderings of a run."""

    html = "html"
    markdown = "markdown"
    text = "text"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("report")(report)


def report(
    run: Annotated[
        str | None, typer.Argument(help="A run folder, a run's ID or its beginning; none: the newest.")
    ] = None,
    format: Annotated[
        ReportFormat,
        typer.Option("--format", help="html: the run folder's report.html, and report.md; the others: stdout."),
    ] = ReportFormat.html,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write it; - is stdout.")
    ] = None,
) -> None:
    """Show what generation came to: yield, reasons, the judge, examples, cost."""
    found, repositories = _find(run)
    value = _read(found, repositories)
    if output is None and format is ReportFormat.html:
        output = found / FILE
        _write(_render(found, value, ReportFormat.markdown), found / MARKDOWN)
    put(_render(found, value, format), output or Path("-"), quiet=format is ReportFormat.json)


def put(text: str, output: Path, *, quiet: bool) -> None:
    """Write a report to a file and tell its path, or to stdout for "-". quiet: stdout is JSON or nothing."""
    if str(output) == "-":
        typer.echo(text)
        return
    _write(text, output)
    typer.echo(output, err=quiet)


def _write(text: str, output: Path) -> None:
    from labci.artifact import WriteError, write_text
    from labci.errors import UsageError

    try:
        write_text(output, text + "\n")
    except WriteError as error:
        raise UsageError(f"{output} can't be written: {error.reason}", hint="name another file: --output") from error


def _find(name: str | None) -> tuple[RunFolder, list[Repository]]:
    """The run, and the repositories that may hold its documents: its own, and the one of the user's folder."""
    from labci.errors import UsageError
    from labci.git import Repository
    from labci.report import runs

    if name and (Path(name) / "run.json").is_file():
        repositories = []
        for folder in (Path(name), GLOBAL.folder):
            try:
                repositories.append(Repository.open(folder))
            except UsageError:  # a run folder that was copied elsewhere
                continue
        return runs.find(GLOBAL.folder, name), repositories
    repository = Repository.open(GLOBAL.folder)
    found = runs.find(repository.root, name)
    newest = runs.newest_first(repository.root)[0]
    if name is None and newest.id != found.id:
        typer.echo(f"run {newest.id} is newer, but its stage generate has not ended", err=True)
    return found, [repository]


def _session(repositories: list[Repository]) -> Session | None:
    """The settings of the first repository that has some: who only reads a report needs none."""
    from labci.errors import LabciError
    from labci.session import Request, open_session

    for repository in repositories:
        try:
            return open_session(Request(folder=repository.root, config=GLOBAL.config))
        except LabciError:
            continue
    return None


def _read(run: RunFolder, repositories: list[Repository]) -> dict[str, Any]:
    from labci import documents
    from labci.report.generation import read

    if (session := _session(repositories)) is None:
        return read(run, repositories)

    def kept(ref: DocumentRef) -> Iterator[Document]:
        return documents.stored(ref, settings=session.config.documents, store=session.store())

    return read(run, repositories, session.config.taxonomy, kept)


def _render(run: RunFolder, value: dict[str, Any], format: ReportFormat) -> str:
    match format:
        case ReportFormat.html:
            from labci.report.html import to_html

            return to_html(value)
        case ReportFormat.markdown:
            from labci.report.pull_request import to_markdown

            return to_markdown(value)
        case ReportFormat.json:
            return json.dumps(value, indent=2, ensure_ascii=False)
        case ReportFormat.text:
            from labci.report.run import to_text

            return to_text(run)
