"""`changes.json` as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labci.git import EMPTY_TREE
from labci.printable import printable
from labci.report import seeds as naming

MARKS = {"added": "+", "modified": "~", "renamed": ">", "removed": "-"}
HERE_AT_HEAD = ".@HEAD:"
SIGNS = {"added": "+", "removed": "-", "kept": "="}


def to_text(value: Mapping[str, Any], questions: Mapping[str, str] | None = None) -> str:
    """The range, one leaf a line with its document references that moved below it, and a line of totals.

    questions: of seeds by digest (`labci.report.seeds.questions`), which then stand below their leaf, too.
    """
    changes = value["changes"]
    if not changes:
        return f"nothing is new since {_commit(value['base'])}"
    lines = [f"{_commit(value['base'])} -> {_commit(value['head'])}"]
    for change in changes:
        lines += _lines(change, questions or {})
    seeds = sum(len(change["seeds"]["added"]) for change in changes)
    lines.append(
        f"{len(changes)} {_plural(len(changes), 'leaf', 'leaves')}, {seeds} new {_plural(seeds, 'seed', 'seeds')}"
    )
    return "\n".join(lines)


def _commit(name: str) -> str:
    return "the beginning" if name == EMPTY_TREE else name[:12]  # "worktree" has eight letters


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _lines(change: Mapping[str, Any], questions: Mapping[str, str]) -> Iterator[str]:
    path = f"{change['from']} -> {change['path']}" if change.get("from") else change["path"]
    seeds = " ".join(f"{sign}{len(change['seeds'][key])}" for key, sign in SIGNS.items() if change["seeds"][key])
    yield f"{MARKS[change['status']]} {change['status']:<8} {printable(path)}" + (f"   seeds {seeds}" if seeds else "")
    yield from _seeds(change["seeds"], questions)
    documents = change["documents"]
    for reference in documents["added"]:
        yield f"    {'~' if reference in documents['removed'] else '+'} document {_document(reference)}"
    for reference in documents["removed"]:
        if reference not in documents["added"]:
            yield f"    - document {_document(reference)}"


def _seeds(seeds: Mapping[str, Any], questions: Mapping[str, str]) -> Iterator[str]:
    """Those that came or went, by their first question, as far as it is known."""
    named = [key for key in naming.shown(seeds) if key in questions]
    for key in named:
        yield f"    {'+' if key in seeds['added'] else '-'} seed {questions[key]}"
    more = len(seeds["added"]) + len(seeds["removed"]) - len(named)
    if named and more:
        yield f"      and {more} more {_plural(more, 'seed', 'seeds')}"


def _document(reference: str) -> str:
    """A document of this repository as it is at the commit that is read: its path alone."""
    return printable(reference.removeprefix(HERE_AT_HEAD))
