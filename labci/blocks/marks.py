"""The teacher's own mark of a sample: what is below the least is dropped, where the judge can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labci.sample import Reject, Sample

MARK = "judge"  # the score's name


def keep_marked(samples: Iterable[Sample], *, threshold: float | None) -> Iterator[Sample | Reject]:
    """Keep what was marked with `threshold` or more; all of it where there is no threshold."""
    for sample in samples:
        mark = sample.scores.get(MARK)
        if threshold is None:
            yield sample
        elif mark is None:
            yield Reject(sample=sample, stage="judge", reason="unparsable", detail="the judge gave no mark")
        elif mark < threshold:
            yield Reject(sample=sample, stage="judge", reason="judged-low", detail=f"mark {mark:g} below {threshold:g}")
        else:
            yield sample
