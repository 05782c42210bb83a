"""`changes.json` as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MARKS = {"added": "+", "modified": "~", "renamed": ">", "removed": "-"}


def to_text(value: Mapping[str, Any]) -> str:
    """One leaf a line with what changed in it, and a line of totals."""
    changes = value["changes"]
    if not changes:
        return f"nothing is new since {value['base'][:12]}"
    lines = [_line(change) for change in changes]
    seeds = sum(len(change["seeds"]["added"]) for change in changes)
    lines.append(
        f"{len(changes)} {_plural(len(changes), 'leaf', 'leaves')}, {seeds} new {_plural(seeds, 'seed', 'seeds')}"
    )
    return "\n".join(lines)


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _line(change: Mapping[str, Any]) -> str:
    path = f"{change['from']} -> {change['path']}" if change.get("from") else change["path"]
    parts = [f"{MARKS[change['status']]} {change['status']:<8} {path}"]
    for what in ("seeds", "documents"):
        counts = change[what]
        shown = [
            f"{sign}{len(counts[key])}"
            for sign, key in (("+", "added"), ("-", "removed"), ("=", "kept"))
            if counts[key]
        ]
        if shown:
            parts.append(f"{what} {' '.join(shown)}")
    return "   ".join(parts)
