"""The matrix of leaves over releases as a table for a terminal, and as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from labci.printable import printable
from labci.report.shades import shade, signed
from labci.transfer import Cell, LeafRow, Matrix

if TYPE_CHECKING:
    from rich.text import Text

NAME, CELL, SUM = 44, 13, 8  # columns of a leaf's path at most, of a cell, and of the change
GENERAL = "general questions"
STYLES = {
    "loss3": "bold red", "loss2": "red", "loss1": "red", "even": "", "gain1": "green", "gain2": "green",
    "gain3": "bold green", "gain4": "bold green", "none": "dim",
}  # fmt: skip
LEGEND = """\
Gain over the base model in nats per token, mean over the held-out items (how many); * taught here.
change: the latest release against the first that measured an item, over the items that both have; below zero is
forgetting (backward transfer). before: gain of the release before the leaf was taught (forward transfer)."""


def to_json(found: Matrix) -> str:
    """schemas/matrix.json."""
    return json.dumps(found.to_json(), indent=2, ensure_ascii=False)


def to_text(found: Matrix, *, width: int | None = None, color: bool = False) -> str:
    """A table, the means, and what to know. width: columns there are; the latest releases that fit are shown."""
    if not found.releases:
        return "no release yet; labci run makes the first"
    shown = _shown(found, width)
    lines = [_table(found, shown, color), "", _means(found), LEGEND]
    if hidden := len(found.releases) - len(shown):
        lines.append(f"releases before these that don't fit: {hidden}; all: labci releases matrix --format html")
    return "\n".join([*lines, *_remarks(found)])


def _shown(found: Matrix, width: int | None) -> list[int]:
    """Places of the releases that fit, the latest ones."""
    places = list(range(len(found.releases)))
    name = min(NAME, max(len(text) for text in (GENERAL, *map(_name, found.leaves))))
    return places if width is None else places[-max(1, (width - name - 2 - 2 * SUM) // CELL) :]


def _name(leaf: LeafRow) -> str:
    return printable(leaf.path)


def _table(found: Matrix, shown: list[int], color: bool) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("leaf", max_width=NAME, overflow="fold")
    for place in shown:
        column = found.releases[place]
        table.add_column(Text(printable(column.version) + ("" if column.line else " -")), justify="right", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    table.add_column("before", justify="right", no_wrap=True)
    for leaf in found.leaves:
        cells = [_cell(leaf.cells[place]) for place in shown]
        table.add_row(Text(_name(leaf)), *cells, _number(leaf.backward), _number(leaf.forward))
    table.add_row(Text(GENERAL), *(_cell(found.general[place]) for place in shown), "", "")
    out = io.StringIO()
    wide = NAME + CELL * (len(shown) + 3)
    console = Console(
        file=out, width=wide, force_terminal=color, no_color=not color, highlight=False, markup=False, emoji=False
    )  # fmt: skip
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))


def _cell(found: Cell | None) -> Text:
    from rich.text import Text

    if found is None:
        return _number(None)
    mark = "*" if found.new else " "
    return Text.assemble(_number(found.gain), mark, (f"({found.items})", "dim"))


def _number(value: float | None) -> Text:
    from rich.text import Text

    return Text(signed(value), style=STYLES[shade(value)])


def _means(found: Matrix) -> str:
    named = (("gain now", found.gain), ("backward transfer", found.backward), ("forward transfer", found.forward))
    return "means over leaves: " + ", ".join(f"{name} {signed(value)}" for name, value in named)


def _remarks(found: Matrix) -> Iterator[str]:
    """Leaves whose items differ between releases, former paths and removals, and the notes."""
    for leaf in found.leaves:
        if leaf.compared and (leaf.added or leaf.gone):
            yield (
                f"{_name(leaf)}: {len(leaf.compared)} items are in both, {len(leaf.added)} in the latest alone,"
                f" {len(leaf.gone)} are gone"
            )
        if leaf.formerly:
            yield f"{_name(leaf)}: formerly {printable(', '.join(leaf.formerly))}"
        if leaf.removed:
            yield f"{_name(leaf)}: removed in {leaf.removed}"
    yield from (f"note: {printable(note)}" for note in found.notes)
