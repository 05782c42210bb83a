"""Long answers beside short ones: the clause of the document that says it (LAB's second phase of knowledge)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from labci.sample import GAP, Sample

ENDS = (".", "!", "?", "…")


def long_answers(samples: Iterable[Sample], *, teacher: str) -> Iterator[Sample]:
    """For the first question of each answer span, its fact as the answer. A gapped fact is no question of its own."""
    found: set[tuple[str, str | None, str | None]] = set()
    for sample in samples:
        key = sample.unit, sample.context, sample.span
        fact = (sample.context or "").strip()
        if key in found or not fact or sample.kind != "knowledge" or GAP in sample.question:
            continue
        found.add(key)
        text = fact if fact.endswith(ENDS) else f"{fact}."
        yield replace(sample, answer=text[0].upper() + text[1:], phase="long", teacher=teacher, scores={})
