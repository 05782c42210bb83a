"""A run's inputs to mix and evaluate as they would be without some of its contributions; nothing is generated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from labci.artifact import RunFolder, read_json, read_jsonl, write_json, write_jsonl
from labci.change import Change, Changes, Delta
from labci.job import Job

FILES = ("changes.json", "generation.json", "samples.jsonl", "rejects.jsonl")


def contributions(job: Job) -> tuple[Change, ...]:
    """What was generated for and can be left out: the changed leaves of the run, in order."""
    made = {leaf["path"] for leaf in read_json(job.run / "generation.json")["leaves"]}
    changes = Changes.from_json(read_json(job.run / "changes.json")).changes
    return tuple(change for change in changes if change.status != "removed" and change.path in made)


def write_without(job: Job, removed: Collection[str], into: RunFolder) -> None:
    """Write `FILES` into another run folder, without the samples of the removed leaves.

    A removed leaf counts as it was before this run: one that no release was taught is not there, an earlier one is
    replayed with the samples of then, and its items at head are asked as old ones.
    """
    changes = Changes.from_json(read_json(job.run / "changes.json"))
    kept = tuple(_changes(job, changes.changes, removed))
    write_json(into / "changes.json", replace(changes, changes=kept).to_json())
    generation = read_json(job.run / "generation.json")
    leaves = [leaf for leaf in generation["leaves"] if leaf["path"] not in removed]
    write_json(into / "generation.json", {**generation, "leaves": leaves})
    for name in FILES[2:]:
        if (job.run / name).exists():
            write_jsonl(into / name, _rows(job, name, removed))


def _rows(job: Job, name: str, removed: Collection[str]) -> Iterator[Mapping[str, Any]]:
    return (row for row in read_jsonl(job.run / name) if row.get("leaf") not in removed)


def _changes(job: Job, changes: tuple[Change, ...], removed: Collection[str]) -> Iterator[Change]:
    for change in changes:
        if change.path not in removed:
            yield change
        elif job.released.contribution(change.old or change.path):
            nothing = Delta(kept=change.seeds.kept)
            yield replace(change, seeds=nothing, documents=Delta(kept=change.documents.kept))
