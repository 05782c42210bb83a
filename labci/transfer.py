"""What releases gained and forgot: the matrix of every taught leaf over every release, and transfer.

Definitions of Lopez-Paz & Ranzato 2017 (Gradient Episodic Memory, arXiv 1706.08840, section 2), with a gain in NLL
for their accuracy, leaves for their tasks and releases for their points in time. For item i and release k

    g(k, i)   = NLL(base, i) - NLL(k, i)                nats per token of the reference answer; base is 0
    R(k, l)   = mean of g(k, i) over the held-out items of leaf l that release k measured
    BWT(l)    = mean of g(T, i) - g(t(i), i)            backward transfer; below 0 is forgetting
    FWT(l)    = mean of NLL(base, i) - NLL(k - 1, i)    forward transfer, k the release that taught l
    BWT, FWT  = means of these over the leaves that have them

T is the latest release and k - 1 the one that k was made from. GEM's tasks have fixed tests; held-out items come and
go when a leaf is edited, so t(i) is the first release that measured item i, and BWT(l) is over the items that T
and an earlier release both measured. With a test that never changes this is R(T, l) - R(t(l), l), as in GEM. FWT has
no term for the base (their b): its gain is 0. A leaf that the first release taught has no FWT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import fmean
from typing import Any

from labci import descent
from labci.descent import Generation, Track
from labci.lineage import Contribution, Manifest
from labci.scores import Row, Scores

Gains = Mapping[str, float]  # by item: nats per token over the base model
ITEM_SUITES = ("new", "old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One release as the matrix needs it. after, before: gains by leaf of its model and of the one it followed.

    why: what of it could not be read, "" for nothing. base: digest of the base model.
    """

    version: str
    previous: str = ""
    created: str = ""
    lane: str = ""
    base: str = ""
    why: str = ""
    leaves: Mapping[str, Contribution] = field(default_factory=dict)
    after: Mapping[str, Gains] = field(default_factory=dict)
    before: Mapping[str, Gains] = field(default_factory=dict)
    general: Gains = field(default_factory=dict)
    new: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """R(k, l): mean gain in nats per token. new: this release taught the leaf, or something of it."""

    gain: float
    items: int
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A release. line: whether the latest one descends from it (one that was rolled back has no descendants)."""

    version: str
    previous: str
    created: str
    lane: str
    line: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRow:
    """A taught leaf over all releases; cells in their order, None where it was not measured.

    formerly: earlier paths. taught: the release that taught it first. removed: the first release without it.
    compared: items that the latest and an earlier release measured; then, now: their mean gains at first and in
    the latest; backward is now - then. added: items that only the latest measured; gone: that it no longer does.
    """

    path: str
    formerly: tuple[str, ...]
    taught: str
    removed: str | None
    cells: tuple[Cell | None, ...]
    then: float | None
    now: float | None
    backward: float | None
    forward: float | None
    compared: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Every taught leaf over every release. general: the fixed questions of `general/`; notes: what to know of it."""

    latest: str | None
    releases: tuple[Column, ...]
    leaves: tuple[LeafRow, ...]
    general: tuple[Cell | None, ...]
    notes: tuple[str, ...]

    @property
    def gain(self) -> float | None:
        """Mean of R(T, l) over the leaves of the latest release."""
        return _mean(cell.gain for leaf in self.leaves if (cell := self.latest_cell(leaf)))

    @property
    def backward(self) -> float | None:
        """BWT: the mean over leaves; None where no item was measured twice."""
        return _mean(leaf.backward for leaf in self.leaves if leaf.backward is not None)

    @property
    def forward(self) -> float | None:
        """FWT: the mean over leaves; None where every leaf came with the first release."""
        return _mean(leaf.forward for leaf in self.leaves if leaf.forward is not None)

    def latest_cell(self, leaf: LeafRow) -> Cell | None:
        """R(T, l)."""
        places = [number for number, column in enumerate(self.releases) if column.version == self.latest]
        return leaf.cells[places[0]] if places else None

    def to_json(self) -> dict[str, Any]:
        """The JSON document (schemas/matrix.json)."""
        return {
            "version": 1, "unit": "nats per token", "latest": self.latest,
            "releases": [asdict(column) for column in self.releases],
            "leaves": [_plain(asdict(leaf)) for leaf in self.leaves],
            "general": [asdict(cell) if cell else None for cell in self.general],
            "transfer": {"gain": self.gain, "backward": self.backward, "forward": self.forward},
            "notes": list(self.notes),
        }  # fmt: skip


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(part) if isinstance(part, tuple) else part for name, part in value.items()}


NOTHING = Matrix(latest=None, releases=(), leaves=(), general=(), notes=())


def measured(manifest: Manifest, contributions: Iterable[Contribution], scores: Scores) -> Measured:
    """What a release measured. Items that the base model was not asked are left out, and `why` says so.

    The first release followed the base model itself, so its released rows may stand for base rows.
    """
    asked = {(row.suite, row.leaf, row.item): row for row in scores.rows if row.model == "base"}
    if not manifest.previous:
        asked = {(row.suite, row.leaf, row.item): row for row in scores.rows if row.model == "released"} | asked
    known, lost = [], 0
    for row in scores.rows:
        base = asked.get((row.suite, row.leaf, row.item))
        if base is not None:
            known.append((row, base.nll - row.nll))
        elif row.model == "candidate" and row.suite in ITEM_SUITES:
            lost += 1
    return Measured(
        version=manifest.version, previous=manifest.previous, created=manifest.created, lane=manifest.lane,
        base=str(scores.models.get("base", {}).get("digest", "")),
        why=f"{lost} items without a score of the base model are left out" if lost else "",
        leaves={item.leaf: item for item in contributions},
        after=_by_leaf(known, "candidate"),
        before=_by_leaf(known, "released") if manifest.previous else {},
        general={row.item: gain for row, gain in known if (row.model, row.suite) == ("candidate", "general")},
        new=frozenset(scores.new_leaves),
    )  # fmt: skip


def _by_leaf(known: Iterable[tuple[Row, float]], model: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row, gain in known:
        if row.model == model and row.suite in ITEM_SUITES:
            found.setdefault(row.leaf, {})[row.item] = gain
    return found


def matrix(releases: Sequence[Measured], latest: str | None) -> Matrix:
    """The matrix of releases in their order, oldest first; `latest` is T. Leaves in the order they were taught."""
    line = descent.line({found.version: found.previous for found in releases}, latest)
    tracks = descent.tracks(
        Generation(version=found.version, previous=found.previous, leaves=found.leaves) for found in releases
    )
    order = {found.version: place for place, found in enumerate(releases)}
    columns = tuple(
        Column(
            version=found.version, previous=found.previous, created=found.created, lane=found.lane,
            line=found.version in line, why=found.why,
        )
        for found in releases
    )  # fmt: skip
    return Matrix(
        latest=latest,
        releases=columns,
        leaves=tuple(
            sorted((_row(track, releases, line) for track in tracks), key=lambda row: order.get(row.taught, 0))
        ),
        general=tuple(_cell(found.general, new=False) for found in releases),
        notes=tuple(_notes(releases, line)),
    )


def _row(track: Track, releases: Sequence[Measured], line: Sequence[str]) -> LeafRow:
    there = [found for found in releases if found.version in track.paths]
    own = [found for found in there if found.version in line]
    last = (own or there)[-1]
    path = track.paths[last.version]
    taught = last.leaves[path].since or there[0].version
    first, now = _first(track, own), _now(track, own, line)
    compared = tuple(sorted(item for item in now if first[item][0] != line[-1]))
    then, later = _mean(first[item][1] for item in compared), _mean(now[item] for item in compared)
    return LeafRow(
        path=path,
        formerly=tuple(dict.fromkeys(name for name in track.paths.values() if name != path)),
        taught=taught,
        removed=next((version for version in line if own and _after(version, own[-1].version, line)), None),
        cells=tuple(_of(track, found) for found in releases),
        then=then,
        now=later,
        backward=None if then is None or later is None else later - then,
        forward=_forward(track, own, taught),
        compared=compared,
        added=tuple(sorted(now.keys() - set(compared))),
        gone=tuple(sorted(first.keys() - now.keys())) if now else (),
    )


def _of(track: Track, found: Measured) -> Cell | None:
    path = track.paths.get(found.version)
    return _cell(found.after.get(path, {}), new=path in found.new) if path else None


def _cell(gains: Gains, *, new: bool) -> Cell | None:
    return Cell(gain=fmean(gains.values()), items=len(gains), new=new) if gains else None


def _first(track: Track, own: Sequence[Measured]) -> dict[str, tuple[str, float]]:
    """Of each item, the release on the line that measured it first, and its gain there."""
    first: dict[str, tuple[str, float]] = {}
    for found in own:
        for item, gain in found.after.get(track.paths[found.version], {}).items():
            first.setdefault(item, (found.version, gain))
    return first


def _now(track: Track, own: Sequence[Measured], line: Sequence[str]) -> Gains:
    """Gains in the latest release; none of a leaf that it doesn't have."""
    if not own or own[-1].version != line[-1]:
        return {}
    return own[-1].after.get(track.paths[own[-1].version], {})


def _forward(track: Track, own: Sequence[Measured], taught: str) -> float | None:
    found = next((found for found in own if found.version == taught), None)
    return _mean(found.before.get(track.paths[taught], {}).values()) if found else None


def _after(version: str, last: str, line: Sequence[str]) -> bool:
    return line.index(version) > line.index(last)


def _notes(releases: Sequence[Measured], line: Sequence[str]) -> Iterator[str]:
    """What a reader of the numbers has to know."""
    for found in releases:
        if found.why:
            yield f"{found.version}: {found.why}"
    aside = [found.version for found in releases if found.version not in line]
    if aside:
        yield f"{', '.join(aside)}: the latest release does not descend from it; no part of the transfer"
    bases = [found for found in releases if found.base and found.version in line]
    for before, found in pairwise(bases):
        if before.base != found.base:
            yield f"{found.version}: its base model is another than {before.version}'s, so gains have another zero"


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
