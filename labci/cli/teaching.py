"""teachers: the specialist teacher, what it learns and how good it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labci.cli import options
from labci.cli.options import GLOBAL, Format

if TYPE_CHECKING:
    from labci.models.specialist import Specialist
    from labci.progress import Progress
    from labci.session import Session

teachers_app = typer.Typer(no_args_is_help=True)


@teachers_app.command("show")
def teachers_show(form: options.OutputFormat = Format.text) -> None:
    """The specialist teachers: base, rows by source and licence, digest, whether built, scores; and all builds."""
    from labci import models
    from labci.models.specialist import history
    from labci.models.specialist.describe import describe
    from labci.report.specialists import to_text

    own = _specialist(options.session_here())
    found = [describe(own, used=True)]
    if own.rows or own.base != models.SHIPPED.base:
        found.append(describe(models.SHIPPED, used=False))
    value = {"version": 1, "specialists": found, "history": history.builds()}
    typer.echo(_json(value) if form is Format.json else to_text(value))


@teachers_app.command("build")
def teachers_build(
    rows_only: Annotated[bool, typer.Option("--rows-only", help="Write the rows file, and tune nothing.")] = False,
) -> None:
    """Write the rows of the merged leaves (`specialist.rows` in labci.yaml), then build the specialist; resumes."""
    from labci import models

    session = options.session_here()
    with options.progress() as progress:
        if session is not None and session.config.specialist.rows:
            _write_rows(session, progress)
        elif rows_only:
            _no_rows_setting()
        if not rows_only:
            folder = models.build_specialist(_specialist(session), progress)
            typer.echo(folder)


@teachers_app.command("evaluate")
def teachers_evaluate(
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Held-out facts at most.")] = None,
    compare: Annotated[
        str | None, typer.Option("--compare", metavar="base", help="The same of the base model, untuned.")
    ] = None,
    form: options.OutputFormat = Format.text,
) -> None:
    """Score the specialist on held-out facts: does each question match its answer, are names copied exactly."""
    from labci.errors import UsageError
    from labci.models.specialist.evaluate import evaluate
    from labci.report.specialists import scores_to_text

    if compare not in (None, "base"):
        raise UsageError(f"--compare {compare}: only the base can be compared", hint="write --compare base")
    own = _specialist(options.session_here())
    with options.progress() as progress:
        value = evaluate(own, progress, limit=limit, compare=compare is not None)
    typer.echo(_json(value) if form is Format.json else scores_to_text(value))


def _specialist(session: Session | None) -> Specialist:
    from labci import models

    return models.SHIPPED if session is None else models.specialist_of(session.config.specialist, session.repository)


def _write_rows(session: Session, progress: Progress) -> None:
    """The rows of the leaves on the base branch; a bare repository has no place for them, its HEAD counts."""
    from labci import artifact
    from labci.git.revision import base_ref
    from labci.models.specialist import rows_file
    from labci.models.specialist.harvest import harvest
    from labci.report.specialists import harvest_to_text
    from labci.taxonomy import Taxonomy

    if session.repository.bare:
        return
    config, repository = session.config, session.repository
    ref = base_ref(repository.git, config.base)
    taxonomy = Taxonomy(repository.tree(ref), config.taxonomy)
    found = harvest(
        taxonomy, session.released().ever_taught, config.lint.licenses, most=config.specialist.max_rows,
        note=lambda done, total: progress.step("leaves", done, total),
    )  # fmt: skip
    path = session.root / config.specialist.rows
    before = path.read_bytes() if path.exists() else b""
    text = rows_file.dump(found.rows)
    changed = text.encode("utf-8") != before
    if changed:
        artifact.write_text(path, text)
    if not GLOBAL.quiet:
        typer.echo(harvest_to_text(found, ref, config.specialist.rows, changed=changed), err=True)


def _no_rows_setting() -> None:
    from labci.errors import UsageError

    raise UsageError(
        "labci.yaml names no file for the rows of merged leaves",
        hint="set specialist: {rows: teachers/specialist.jsonl} in labci.yaml",
    )


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
