"""Which releases descend from which, and which leaf of one is which leaf of the next: renames, removals, rollbacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from labci.lineage import Contribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A release: its version, the one it was made from ("" for none), and what it was taught, by leaf."""

    version: str
    previous: str
    leaves: Mapping[str, Contribution]


@dataclass(slots=True, kw_only=True)
class Track:
    """One leaf through the releases: its path in each, by version."""

    paths: dict[str, str] = field(default_factory=dict)


Here = dict[str, tuple[Track, Contribution]]  # what a release was taught, by path


def line(previous: Mapping[str, str], latest: str | None) -> tuple[str, ...]:
    """Versions from the first to the latest, along `previous`; those that were rolled back aren't among them."""
    found: list[str] = []
    version = latest or ""
    while version in previous and version not in found:
        found.append(version)
        version = previous[version]
    return tuple(reversed(found))


def tracks(generations: Iterable[Generation]) -> list[Track]:
    """Every leaf that any release was taught, in the order of teaching. generations: oldest first.

    A release without leaves could not be read; it counts as one that changed nothing. One that follows a release
    that isn't there follows the one before it in the order.
    """
    found: list[Track] = []
    known: dict[str, Here] = {}
    last: Here = {}
    for made in generations:
        before = known.get(made.previous, last) if made.previous else {}
        if made.leaves:
            last = _followed(made, before, found)
        else:
            last = before
        known[made.version] = last
    return found


def _followed(made: Generation, before: Here, found: list[Track]) -> Here:
    gone = {path: entry for path, entry in before.items() if path not in made.leaves}
    now: Here = {}
    for path in sorted(made.leaves):
        item = made.leaves[path]
        entry = before.get(path) or _moved(item, gone, made.version)
        if entry is None:
            found.append(Track())
        track = entry[0] if entry else found[-1]
        track.paths[made.version] = path
        now[path] = (track, item)
    return now


def _moved(item: Contribution, gone: Here, version: str) -> tuple[Track, Contribution] | None:
    """What a leaf was before its rename: it was taught by the same release, and most of the same was taught."""
    if item.since == version:
        return None
    shared = {
        path: len(_facts(item) & _facts(was)) for path, (_, was) in gone.items() if was.since == item.since
    }  # fmt: skip
    best = max(shared, key=lambda path: (shared[path], path), default=None)
    return gone.pop(best) if best is not None and shared[best] else None


def _facts(item: Contribution) -> frozenset[str]:
    return frozenset((*item.units, *item.taught))
