"""Keep the best few of what was made for one thing; the rest is surplus, not bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from labci.sample import Reject, Sample

SCORES = ("judge", "likely", "match", "agreement", "grounding")  # the one that tells most, first


def in_order(samples: Iterable[Sample]) -> list[Sample]:
    """Best first; equal scores by id, so that the order is the same everywhere."""

    def worse(sample: Sample) -> tuple[object, ...]:
        return *(-sample.scores.get(name, 0.0) for name in SCORES), sample.id, sample.unit

    return sorted(samples, key=worse)


def keep_best(samples: Iterable[Sample], *, each: int, per: Callable[[Sample], object]) -> Iterator[Sample | Reject]:
    """The first `each` samples of every group. per: what a sample's group is, such as its answer span."""
    counts: Counter[object] = Counter()
    for sample in samples:
        counts[key := per(sample)] += 1
        over = counts[key] > each
        yield Reject(sample=sample, stage="best", reason="surplus", detail=f"more than {each}") if over else sample
