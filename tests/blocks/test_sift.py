"""Nothing vanishes between two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from labci.blocks import sift
from labci.sample import Reject, Sample

SAMPLES = [
    Sample(
        leaf="", unit="u", kind="knowledge", phase="short", question=f"What is {n}?", answer="x", requests=(f"r{n}",)
    )
    for n in range(3)
]


def fine(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    for sample in samples:
        yield Reject(sample=sample, stage="x", reason="surplus") if "1" in sample.question else sample


def losing(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    yield from list(fine(samples))[1:]


def doubling(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    for item in fine(samples):
        yield from (item, item)


def swapping(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    first, *rest = fine(samples)
    yield from (first, first, *rest[1:])


def test_each_sample_is_kept_or_a_reject() -> None:
    kept, dropped = sift(iter(SAMPLES), [fine, fine])
    assert kept == [SAMPLES[0], SAMPLES[2]]
    assert [item.sample for item in dropped] == [SAMPLES[1]]


@pytest.mark.parametrize("step", [losing, doubling, swapping])
def test_a_step_that_yields_a_sample_not_once_is_an_error(
    step: Callable[[Iterable[Sample]], Iterator[Sample | Reject]],
) -> None:
    with pytest.raises(RuntimeError, match=rf"^{step.__name__} does not yield each sample once: 3 came"):
        sift(SAMPLES, [step])
