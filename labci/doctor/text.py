"""The doctor's findings for people: a line each, what mends it below, and a sum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from labci.doctor.finding import Finding

if TYPE_CHECKING:
    from rich.console import Console

MARKS = {"ok": ("✓", "green"), "missing": ("✗", "bold red"), "note": ("•", "yellow")}
SHOWN = 3  # packages


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print to a console, which decides about width and colours."""
    from rich.table import Table
    from rich.text import Text

    wide = max(len(finding.name) for finding in findings)
    for section, rows in groupby(findings, key=lambda finding: finding.section):
        console.print(Text(section, style="bold"))
        table = Table.grid(padding=(0, 1))
        table.add_column(width=2, justify="right")
        table.add_column(width=min(wide, 24), overflow="fold")
        table.add_column(overflow="fold")
        for finding in rows:
            mark, style = MARKS[finding.state]
            table.add_row(Text(mark, style=style), Text(_safe(finding.name)), Text(_safe(_short(finding))))
            if finding.fix:
                table.add_row("", "", Text(f"→ {_safe(finding.fix)}", style="bold cyan"))
        console.print(table)
    console.print(_sum(findings))


def _short(finding: Finding) -> str:
    """A dozen packages that are as they should be are told of by the first few."""
    names = finding.value.split(", ")
    if finding.section != "packages" or finding.state != "ok" or len(names) <= SHOWN:
        return finding.value
    return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"


def _safe(text: str) -> str:
    """On one line and without control characters: some of it a server said."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _sum(findings: Sequence[Finding]) -> str:
    missing = sum(finding.state == "missing" for finding in findings)
    if not missing:
        return "\nnothing is missing"
    return f"\n{missing} thing{'s' if missing > 1 else ''} missing; each line above says what mends it"
