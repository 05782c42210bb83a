"""lint and explain."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labci.cli.options import GLOBAL, tell_settings


class LintFormat(StrEnum):
    """Renderings of diagnostics."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"
    markdown = "markdown"


class RulesFormat(StrEnum):
    """Renderings of the table of rules."""

    text = "text"
    markdown = "markdown"


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("lint")(lint)
    app.command("explain")(explain)


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(help="Leaves or files; none: the whole taxonomy.")] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REV", help="Only leaves changed since REV, compared with all.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="R,…", help="Only these rules or groups.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="R,…", help="Without these rules or groups.")] = None,
    online: Annotated[bool, typer.Option("--online", help="Fetch documents of other repositories, too.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    format: Annotated[LintFormat, typer.Option("--format", help="How findings are shown.")] = LintFormat.text,
) -> None:
    """Check leaves: exit 1 on errors."""
    from labci.cli.linting import lint_command

    code = lint_command(
        folder=GLOBAL.folder, config=GLOBAL.config, paths=paths or [], base=base, select=_split(select),
        ignore=_split(ignore), online=online, fix=fix, strict=strict, format=format.value, color=GLOBAL.colored(),
        tell=tell_settings,
    )  # fmt: skip
    raise typer.Exit(code)


def _split(values: list[str] | None) -> list[str]:
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def explain(
    rule: Annotated[str | None, typer.Argument(help="A rule's id or a group; none: the table.")] = None,
    format: Annotated[RulesFormat, typer.Option("--format", help="How the table is shown.")] = RulesFormat.text,
) -> None:
    """Explain a rule: what it checks, why, and an example."""
    from labci.report import rules

    typer.echo(rules.to_markdown() if rule is None and format is RulesFormat.markdown else rules.explain(rule))
