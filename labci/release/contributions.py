"""The lineage of a release: what the last one was taught, with this run's changes applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from labci import artifact, attribution
from labci.change import Changes
from labci.job import Job
from labci.leaf import ATTRIBUTION_FILE
from labci.lineage import Contribution, Override
from labci.release.made import lane


def contributions(job: Job, version: str, override: Override | None = None) -> tuple[Contribution, ...]:
    """All contributions of the new release, sorted by leaf.

    Removed leaves are dropped, renamed ones renamed, changed ones replaced; `since` stays the release that
    taught a leaf first. In the incremental lane the questions that earlier releases taught stay listed: the
    weights have seen them, so they are never held out. override: goes with what this run taught, until a run that
    the gate passes teaches it again.
    """
    known = {item.leaf: item for item in job.released.contributions}
    changes = Changes.from_json(artifact.read_json(job.run / "changes.json"))
    for change in changes.changes:
        before = known.pop(change.old or change.path, None)
        if before is not None and change.status != "removed":
            known[change.path] = replace(before, leaf=change.path)
    for made in artifact.read_json(job.run / "generation.json")["leaves"]:
        taught = _contribution(job, made, known.get(made["path"]), version)
        known[made["path"]] = replace(taught, override=override)
    return tuple(known[leaf] for leaf in sorted(known))


def removed(job: Job, now: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """What was taught to a model that these weights descend from, and is taught no more; by leaf and `since`.

    now: the release's contributions. Nothing in the rebuild lane, which starts from the base model. What was taken out
    is not replayed, and fades; that it is gone nobody knows, so that it stays in the lineage, until all of it is taught
    again under its path.
    """
    if lane(job) != "incremental":
        return ()
    changes = Changes.from_json(artifact.read_json(job.run / "changes.json")).changes
    moved = {change.old: change.path for change in changes if change.old}
    there = {item.leaf: frozenset(item.taught) for item in now}
    before = [(item, moved.get(item.leaf, item.leaf)) for item in job.released.contributions]
    before += [(item, item.leaf) for item in job.released.removed]
    gone = {
        (item.leaf, item.since): item
        for item, path in before
        if path not in there or not there[path].issuperset(item.taught)
    }
    return tuple(gone[key] for key in sorted(gone))


def _contribution(job: Job, made: Mapping[str, Any], before: Contribution | None, version: str) -> Contribution:
    path = f"{job.taxonomy.root}/{made['path']}"
    taught = tuple(made["taught"])
    if before is not None and lane(job) == "incremental":
        taught = _merged(before.taught, taught)
    return Contribution(
        leaf=made["path"],
        commit=job.head,
        authors=_merged(before.authors if before else (), job.repository.authors(job.base, job.head, path)),
        attribution=_attribution(job, path),
        units=tuple(made["units_keys"]),
        taught=taught,
        samples=_samples(job, made),
        documents=tuple(made["documents"]),
        since=before.since if before and before.since else version,
    )


def _samples(job: Job, made: Mapping[str, Any]) -> int:
    """Samples of all units at head; what an earlier run made of a unit is in the store."""
    entries = [job.store.get("samples", key) for key in made["units_keys"]]
    found = sum(len(entry["samples"]) for entry in entries if entry)
    return found or int(made["kept"]) + int(made.get("seeds", 0))


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _attribution(job: Job, path: str) -> dict[str, str]:
    """The keys of attribution.txt; where it names several works, their values one after another."""
    data = job.source.read(f"{path}/{ATTRIBUTION_FILE}") or b""
    works = attribution.read(data.decode("utf-8", "replace"))
    found: dict[str, str] = {}
    for key in attribution.KEYS:
        values = [entry.value for work in works if (entry := work.value(key)) and entry.value]
        found[key] = "; ".join(dict.fromkeys(values))
    return found
