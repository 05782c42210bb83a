"""`plan.json` as text, and whether it is over a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labci.extras import install
from labci.printable import printable


def to_text(value: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> str:
    """What generation and training would cost. changes: `changes.json`, to say why what it kept costs something."""
    train = value["train"]
    lines = [_row("leaf", "paragraphs", "calls", "in store")]
    lines += [
        _row(leaf["path"], len(leaf.get("chunks", ())), leaf["calls"], leaf["calls_cached"]) for leaf in value["leaves"]
    ]
    total = sum(len(leaf.get("chunks", ())) for leaf in value["leaves"])
    lines += [
        _row("total", total, value["calls"], value["calls_cached"]),
        "",
        f"teacher   {value['teacher']}: {value['calls'] - value['calls_cached']} calls to make, about"
        f" {value['prompt_tokens']:,} prompt and {value['completion_tokens']:,} completion tokens,"
        f" {_minutes(value['seconds'])}",
        f"training  about {train['samples_new']} new and {train['samples_replay']} replayed samples,"
        f" {train['tokens']:,} tokens, {_minutes(train['seconds'])}",
    ]
    lines += _estimated(value)
    lines += _untaught(value, changes) if changes else []
    return "\n".join(lines)


def _estimated(value: Mapping[str, Any]) -> Iterator[str]:
    """Why the numbers are not exact, if they aren't."""
    units = value.get("units") or {"all": 0, "read": 0, "guessed": 0 if value.get("exact", True) else 1}
    if units["guessed"]:
        yield f"guessed by the documents' length; for exact numbers {install('teacher')}"
    elif units["read"] < units["all"]:
        read, every = units["read"], units["all"]
        yield f"estimated: {read:,} of {every:,} seeds and paragraphs were read, and stand for the others"


def _untaught(value: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[str]:
    """Leaves whose text is as it was, such as those that only moved, and that still have calls to make."""
    costly = {leaf["path"] for leaf in value["leaves"] if leaf["calls"]}
    for change in changes["changes"]:
        if change["path"] in costly and not change["seeds"]["added"] and not change["documents"]["added"]:
            path = printable(change["path"])
            yield f"{path} says what it said before, but no released model was taught it yet, so it counts"


def _row(leaf: str, *cells: object) -> str:
    """A line of the table; paragraphs are those of the leaf's documents that are new."""
    return f"{printable(leaf):<56}" + "".join(f" {cell!s:>10}" for cell in cells)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def over_limits(value: Mapping[str, Any], max_calls: int | None, max_minutes: float | None) -> list[str]:
    """What is over, as sentences; empty if the plan fits."""
    calls = value["calls"] - value["calls_cached"]
    minutes = (value["seconds"] + value["train"]["seconds"]) / 60
    problems = []
    if max_calls is not None and calls > max_calls:
        problems.append(f"{calls} calls are more than --max-calls {max_calls}")
    if max_minutes is not None and minutes > max_minutes:
        problems.append(f"{minutes:.1f} minutes are more than --max-minutes {max_minutes:g}")
    return problems
