"""Keep the best few of what was made for one thing; the rest is surplus, not bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from labci.english.stems import stems
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


def keep_wordings(samples: Iterable[Sample], *, per: Callable[[Sample], object]) -> Iterator[Sample | Reject]:
    """Of a group's questions that differ in small words and endings only, the first.

    "For how long can a craft lie in …?" teaches nothing that "For how long may a craft lie on …?" has not taught, and
    takes the place of a question in other words. per: what a sample's group is; None keeps it.
    """
    seen: set[tuple[object, frozenset[str]]] = set()
    for sample in samples:
        if (group := per(sample)) is None:
            yield sample
        elif (key := (group, frozenset(stems(sample.question)))) in seen:
            yield Reject(sample=sample, stage="best", reason="surplus", detail="in nearly the words of a better one")
        else:
            seen.add(key)
            yield sample
