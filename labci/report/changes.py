"""`changes.json` as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labci.git import EMPTY_TREE

MARKS = {"added": "+", "modified": "~", "renamed": ">", "removed": "-"}
SIGNS = {"added": "+", "removed": "-", "kept": "="}


def to_text(value: Mapping[str, Any]) -> str:
    """The range, one leaf a line with its document references that moved below it, and a line of totals."""
    changes = value["changes"]
    if not changes:
        return f"nothing is new since {_commit(value['base'])}"
    lines = [f"{_commit(value['base'])} -> {_commit(value['head'])}"]
    for change in changes:
        lines += _lines(change)
    seeds = sum(len(change["seeds"]["added"]) for change in changes)
    lines.append(
        f"{len(changes)} {_plural(len(changes), 'leaf', 'leaves')}, {seeds} new {_plural(seeds, 'seed', 'seeds')}"
    )
    return "\n".join(lines)


def _commit(name: str) -> str:
    return "the beginning" if name == EMPTY_TREE else name[:12]  # "worktree" has eight letters


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _lines(change: Mapping[str, Any]) -> Iterator[str]:
    path = f"{change['from']} -> {change['path']}" if change.get("from") else change["path"]
    seeds = " ".join(f"{sign}{len(change['seeds'][key])}" for key, sign in SIGNS.items() if change["seeds"][key])
    yield f"{MARKS[change['status']]} {change['status']:<8} {path}" + (f"   seeds {seeds}" if seeds else "")
    documents = change["documents"]
    for reference in documents["added"]:
        yield f"    {'~' if reference in documents['removed'] else '+'} document {reference}"
    for reference in documents["removed"]:
        if reference not in documents["added"]:
            yield f"    - document {reference}"
