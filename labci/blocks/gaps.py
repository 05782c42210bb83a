"""What no question was found for is asked as the fact with a gap: nothing that a document says goes untaught."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from labci.english.anchor import headed
from labci.sample import Reject, Sample

UNSAFE = frozenset({"injected", "special-token"})  # reasons that are the fact's fault, not the question's


def ask_gaps(
    samples: Iterable[Sample], rejects: Iterable[Reject], *, teacher: str, topics: Mapping[str, str]
) -> Iterator[Sample]:
    """One sample for each answer span of a unit that rejects have and samples have not, by its shortest fact.

    topics: what each unit is about, which stands in front where the fact does not name it.
    """
    found = {(sample.unit, sample.span) for sample in samples}
    left: dict[tuple[str, str | None], Sample] = {}
    for reject in rejects:
        sample = reject.sample
        key = sample.unit, sample.span
        if key in found or reject.reason in UNSAFE or not sample.gapped:
            continue
        if key not in left or len(sample.context or "") < len(left[key].context or ""):
            left[key] = sample
    for sample in left.values():
        gapped = headed(sample.gapped, topics.get(sample.unit, ""))
        yield replace(sample, question=gapped, answer=sample.span or "", teacher=teacher, requests=(), scores={})
