"""A few units stand for many: of each kind those with the smallest digests, so that every machine reads the same.

What a unit costs goes with its length: what was not read costs what the words that were read cost on average (a
ratio estimate; Cochran, "Sampling Techniques", 1977, chapter 6).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from labci.plan.cost import Cost
from labci.units import Unit
from labci.work import Work

READ_WORDS = 4_000  # of each kind of unit that has text: some 15 s of parsing
READ_UNITS = 60  # of each other kind
Kind = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Leaf:
    """What is known of a leaf's cost. chunks: digests of its documents' chunks that no released model was taught.

    rest: words (or units) of each kind that nobody read.
    """

    path: str
    model: str
    cost: Cost = field(default_factory=Cost)
    chunks: list[str] = field(default_factory=list)
    rest: dict[Kind, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A unit of a leaf; None for the calibration of its judges."""

    leaf: Leaf
    work: Work
    unit: Unit | None
    weight: float


@dataclass(slots=True, kw_only=True)
class Stratum:
    """Units of one kind. found: as (digest, number, unit), sorted; those with the smallest digests up to `most`."""

    most: float
    found: list[tuple[str, int, Piece]] = field(default_factory=list)
    weight: float = 0.0

    def offer(self, key: str, number: int, piece: Piece) -> Iterator[Piece]:
        """Take a piece; yields what has to go for it, or the piece itself."""
        if self.weight >= self.most and key > self.found[-1][0]:
            yield piece
            return
        insort(self.found, (key, number, piece), key=lambda item: item[:2])
        self.weight += piece.weight
        while self.weight - self.found[-1][2].weight >= self.most:
            _, _, last = self.found.pop()
            self.weight -= last.weight
            yield last


class Sample:
    """Takes units one by one; memory holds those of the sample, and a few numbers of each leaf."""

    def __init__(self) -> None:
        self.strata: dict[Kind, Stratum] = {}
        self.leaves: list[Leaf] = []
        self.offered = 0

    def take(self, leaf: Leaf, work: Work, unit: Unit | None, key: str) -> None:
        """One more unit of a leaf."""
        self.offered += 1
        words = len(unit.chunk.text.split()) if unit is not None and unit.chunk is not None else 0
        what = "calibration" if unit is None else "text" if words else "seed"
        kind = work.flow.digest, what
        most = READ_WORDS if words else READ_UNITS
        stratum = self.strata.setdefault(kind, Stratum(most=most))
        for piece in stratum.offer(key, self.offered, Piece(leaf=leaf, work=work, unit=unit, weight=words or 1)):
            piece.leaf.rest[kind] = piece.leaf.rest.get(kind, 0.0) + piece.weight

    def works(self) -> Iterator[Work]:
        """The leaf of each unit that stands for all that were offered."""
        yield from (piece.work for stratum in self.strata.values() for _, _, piece in stratum.found)

    def measure(self, cost_of: Callable[[Work, Unit | None], Cost]) -> Iterable[Leaf]:
        """The leaves in the order they came, each with its whole cost."""
        for kind, stratum in self.strata.items():
            mean = Cost()
            for _, _, piece in sorted(stratum.found, key=lambda item: item[1]):  # neighbours share what is parsed
                cost = cost_of(piece.work, piece.unit)
                piece.leaf.cost.add(cost)
                mean.add(cost, 1 / stratum.weight)
            for leaf in self.leaves:
                leaf.cost.add(mean, leaf.rest.get(kind, 0.0))
        return self.leaves
