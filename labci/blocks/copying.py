"""Answers that only repeat: the text they were given, or the answer of the example beside which they were asked.

A small teacher falls back on either. What is usual differs by skill (a quotation is copied, a label recurs), so
the leaf's own pairs say how much is too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from labci.heldout import trigrams, words
from labci.sample import Reject, Sample

LABEL = 3  # words: a shorter answer has no trigram of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Shares of word trigrams, 0 to 1, that an answer may have in common with what it must not copy."""

    given: float
    answer: float
    answers: tuple[str, ...]  # of the leaf's own pairs


def usual(pairs: Sequence[tuple[str, str]], *, least: float) -> Usual:
    """What a leaf's own pairs of (text, answer) copy from their text, and from each other; `least` at the least."""
    answers = tuple(answer for _, answer in pairs)
    given = [shared(answer, text) for text, answer in pairs]
    others = [shared(a, b) for i, a in enumerate(answers) for j, b in enumerate(answers) if i != j]
    return Usual(given=max([least, *given]), answer=max([least, *others]), answers=answers)


def drop_copies(samples: Iterable[Sample], *, usual: Usual) -> Iterator[Sample | Reject]:
    """Drop answers that repeat their text, or an answer of the leaf, more than the leaf's own answers do."""
    for sample in samples:
        own = shared(sample.answer, sample.prompt)
        # A word or two is a label: each class has its own, and every right answer is one of them.
        label = len(words(sample.answer)) < LABEL
        other = 0.0 if label else max((shared(sample.answer, answer) for answer in usual.answers), default=0.0)
        if other > usual.answer:
            detail = f"{other:.0%} of the answer is the example's"
            yield Reject(sample=sample, stage="copying", reason="echoes-seed", detail=detail)
        elif own > usual.given:
            detail = f"{own:.0%} of the answer is copied from what was asked"
            yield Reject(sample=sample, stage="copying", reason="judged-low", detail=detail)
        else:
            yield sample


def shared(answer: str, text: str) -> float:
    """Share of an answer's word trigrams that a text has, too."""
    own = trigrams(answer)
    return len(own & trigrams(text)) / len(own)
