"""The contributor's own pairs as samples: always right, and they cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from labci.heldout import training_pairs
from labci.leaf import Leaf, Seed
from labci.sample import Sample

TEACHER = "contributor"


def seed_samples(leaf: Leaf, seed: Seed, taught: Collection[str]) -> Iterator[Sample]:
    """Samples of the pairs of a seed that may be taught."""
    for pair in training_pairs(leaf, seed, taught):
        yield Sample(
            leaf=leaf.path,
            unit=seed.digest,
            kind=leaf.kind,
            phase="short" if leaf.kind == "knowledge" else "skill",
            question=pair.question,
            answer=pair.answer,
            seed=seed.digest,
            context=seed.context if leaf.kind == "grounded" else None,
            teacher=TEACHER,
            flow=TEACHER,
        )
