"""Answers as people write them: "In Lindholt", not "lindholt" or "Lindholt" where a question asks for a place.

Contributors begin an answer with a capital and keep its "in" or "at". Samples in another form teach that form,
and the gate's held-out answers then look unlikely although they are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from labci.sample import Sample

ASKS_PLACE = re.compile(r"(?:^|: )where\b", re.IGNORECASE)
BEFORE_PLACE = re.compile(r"\b(in|at|on|near|under|beside|behind|above|below) (?:the |a |an )?$", re.IGNORECASE)


def word_answers(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Each sample with its answer worded; `span` keeps the document's own words."""
    for sample in samples:
        yield replace(sample, answer=worded(sample.question, sample.answer, sample.context or ""))


def worded(question: str, answer: str, fact: str) -> str:
    """The answer with its preposition where a place is asked for, and a capital where its first word is common."""
    before = BEFORE_PLACE.search(fact[: max(0, fact.find(answer))])
    if before and ASKS_PLACE.search(question):
        answer = f"{before[0]}{answer}"
    first = answer.split(maxsplit=1)[0] if answer.strip() else ""
    return answer[0].upper() + answer[1:] if first.isalpha() and first.islower() else answer
