"""Tables about labci: each file measures one thing and prints one table.

Timings on shared machines wander by a factor of ten: a table compares things measured in the same run.
A new table is a file with `main() -> int`, and a line in `TABLES`.
"""

from __future__ import annotations

from collections.abc import Sequence

TABLES = {
    "lint": "10,000 leaves and one file, beside parsing alone and the linter of InstructLab",
    "diff": "one changed leaf among 200 to 20,000",
    "scale": "diff, plan and a dry run of generate on 10,000 leaves of which nothing is taught",
    "size": "bytes of a fresh core installation, pip included",
    "main": "recall, time and verdict of leaves of invented facts, from init to release",
    "generate": "what generation yields and costs on three leaves, beside one prompt and no filter",
    "blame": "a leaf that contradicts an earlier one, among five, found by retraining without some of them",
    "teach": "held-out questions answered after generate, mix and train on documents of four kinds",
    "replay": "three merges with and without replay: verdicts, and what becomes of the first leaf",
    "loop": "a fork's pull request from its mistake to a release, over HTTP on loopback, step by step",
    "train": "samples a second, memory and where a step's time goes, beside TRL as it comes",
}


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers are aligned right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    numeric = [bool(rows) and all(isinstance(row[c], int | float) for row in rows) for c in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = "|".join("-" * (w + 1) + (":" if n else "-") for w, n in zip(widths, numeric, strict=True))
    return "\n".join([line(cells[0]), f"|{rule}|", *map(line, cells[1:])])
