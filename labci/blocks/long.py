"""Long answers beside short ones: the clause of the document that says it (LAB's second phase of knowledge)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from labci.english.sentences import as_sentence
from labci.sample import GAP, Sample


def long_answers(samples: Iterable[Sample], *, teacher: str) -> Iterator[Sample]:
    """For the first question of each answer span, its fact as the answer. A gapped fact is no question of its own."""
    found: set[tuple[str, str | None, str | None]] = set()
    for sample in samples:
        key = sample.unit, sample.context, sample.span
        fact = as_sentence(sample.context or "")
        if key in found or not fact or sample.kind != "knowledge" or GAP in sample.question:
            continue
        found.add(key)
        yield replace(sample, answer=fact, phase="long", teacher=teacher, scores={})
