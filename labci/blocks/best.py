"""Keep the best few of what was made for one thing; the rest is surplus, not bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from labci.sample import Reject, Sample


def in_order(samples: Iterable[Sample], *, score: str) -> list[Sample]:
    """Best first; equal scores by id, so that the order is the same everywhere."""
    return sorted(samples, key=lambda sample: (-sample.scores.get(score, 0.0), sample.id, sample.unit))


def keep_best(samples: Iterable[Sample], *, each: int, per: Callable[[Sample], object]) -> Iterator[Sample | Reject]:
    """The first `each` samples of every group. per: what a sample's group is, such as its answer span."""
    counts: Counter[object] = Counter()
    for sample in samples:
        counts[key := per(sample)] += 1
        over = counts[key] > each
        yield Reject(sample=sample, stage="best", reason="surplus", detail=f"more than {each}") if over else sample
