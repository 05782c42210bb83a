"""Changes as lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from labci.change import Change, Changes, Delta
from labci.git import EMPTY_TREE

SIGN = {"added": "+", "modified": "~", "renamed": ">", "removed": "-"}


def to_text(changes: Changes) -> str:
    """One line a leaf with its status and counts of seeds, then its document references that moved.

    ~ knowledge/science/x  modified  seeds +1 -0 =4
        + document https://example.org/x@0123…:x.md
    """
    since = "the beginning" if changes.base == EMPTY_TREE else changes.base[:12]
    if not changes.changes:
        return f"nothing is new since {since}\n"
    head = changes.head if changes.head == "worktree" else changes.head[:12]
    counts: Counter[str] = Counter(change.status for change in changes.changes)
    summary = ", ".join(f"{counts[status]} {status}" for status in SIGN if counts[status])
    lines = [f"{since} -> {head}: {summary}"]
    for change in changes.changes:
        lines += _lines(change)
    return "\n".join(lines) + "\n"


def _lines(change: Change) -> Iterator[str]:
    origin = f" (from {change.old})" if change.old else ""
    seeds = _counts(change.seeds)
    yield f"{SIGN[change.status]} {change.path}  {change.status}{origin}  seeds {seeds}"
    both = set(change.documents.added) & set(change.documents.removed)
    for reference in change.documents.added:
        yield f"    {'~' if reference in both else '+'} document {reference}"
    for reference in change.documents.removed:
        if reference not in both:
            yield f"    - document {reference}"


def _counts(delta: Delta) -> str:
    return f"+{len(delta.added)} -{len(delta.removed)} ={len(delta.kept)}"
