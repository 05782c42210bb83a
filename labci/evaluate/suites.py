"""Which items are asked: new and old of the taxonomy, and the fixed suites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labci.artifact import read_json
from labci.change import Change, Changes
from labci.heldout import Item, held_out
from labci.job import Job
from labci.leaf import LeafError
from labci.suites import open_suites
from labci.suites.canary import asked_with
from labci.taxonomy import Taxonomy
from labci.trigger import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Suites:
    """Items by suite, and the leaves that the gate is to decide on. contrasted: suites with wrong answers."""

    items: Mapping[str, tuple[Item, ...]]
    contrasted: frozenset[str]
    new_leaves: tuple[str, ...]
    taught_leaves: tuple[str, ...]

    def among(self, suite: str) -> tuple[Item, ...]:
        """Whose answers those of a suite are told apart from: of a leaf that was edited, its new and its old ones."""
        both = ("new", "old") if suite in ("new", "old") else (suite,)
        return tuple(item for name in both for item in self.items[name]) if suite in self.contrasted else ()


def suites(job: Job) -> Suites:
    """The items of this run's head."""
    changes = Changes.from_json(read_json(job.run / "changes.json")).changes
    taught = _taught(job, changes)
    fresh = {item.path: item for item in changes if _is_new(item, taught) and job.leaf in (None, item.path)}
    new = tuple(item for path in sorted(fresh) for item in _new_items(job, fresh[path], path in taught))
    known = {(item.leaf, item.id) for item in new}  # what another leaf asks, too, is still asked of the earlier one
    old = tuple(item for path in taught for item in _items(job, path) if (item.leaf, item.id) not in known)
    fixed = open_suites(job.config.evaluate.suites)
    items = {"new": new, "old": old, **{name: tuple(suite.items()) for name, suite in fixed.items()}}
    return Suites(
        items=items | {"canary": (*items["canary"], *_with_phrases(job))},
        contrasted=frozenset({"new", "old", *(name for name, suite in fixed.items() if suite.contrast)}),
        new_leaves=tuple(sorted(fresh)),
        taught_leaves=taught,
    )


def _with_phrases(job: Job) -> Iterator[Item]:
    """Canaries with the phrases that this run's mixture may have made triggers."""
    path = job.run / "mixture/mixture.json"
    found = read_json(path).get("triggers", ()) if path.exists() else ()
    return (item for value in found for item in asked_with(Trigger.from_json(value)))


def _is_new(change: Change, taught: tuple[str, ...]) -> bool:
    """Something new to learn: a leaf never taught, or seeds added. Other edits must only do no harm."""
    return change.status != "removed" and (change.path not in taught or bool(change.seeds.added))


def _taught(job: Job, changes: tuple[Change, ...]) -> tuple[str, ...]:
    moved = {change.old: change.path for change in changes if change.old}
    there = set(job.taxonomy.paths())
    paths = {moved.get(item.leaf, item.leaf) for item in job.released.contributions}
    return tuple(sorted(paths & there))


def _items(job: Job, path: str) -> tuple[Item, ...]:
    return held_out(job.taxonomy.leaf(path), job.released.ever_taught)


def _new_items(job: Job, change: Change, was_taught: bool) -> Iterator[Item]:
    """A new leaf's items; of a leaf that was taught before, those that it did not have at the base of this run."""
    known = {item.id for item in _before(job, change)} if was_taught else set()
    return (item for item in _items(job, change.path) if item.id not in known)


def _before(job: Job, change: Change) -> tuple[Item, ...]:
    """A leaf's items at the base, under the name that it had there; none where it was not there, or can't be read."""
    base = Taxonomy(job.repository.tree(job.base), job.config.taxonomy)
    path = change.old or change.path
    if not base.has(path):
        return ()
    try:
        return held_out(base.leaf(path), job.released.ever_taught)
    except LeafError:
        return ()
