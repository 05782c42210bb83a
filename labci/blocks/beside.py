"""Answers beside the question: what a judge of their relevance must reject, made from the leaf's own pairs by rule.

Whether an answer is true is another judge's business. So a wrong one here is of another kind than what was asked
("Because the boats return." to "How many?"), has something behind it that nobody asked, or says nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

from labci import digest
from labci.english.lexicon import DAYS, FUNCTION, MONTHS, is_number, tokens

Row = tuple[str, str, str]  # context, question, answer
Sort = Literal["number", "reason", "yes or no", "thing"]
COUNTED = re.compile(
    r"\bhow (?:big|deep|fast|far|heavy|high|hot|large|late|long|many|much|often|old|soon|tall|wide)\b"
    r"|\bwhen\b|\b(?:what|which|what is the) (?:age|date|day|hour|month|number|percentage|share|time|year)\b",
    re.IGNORECASE,
)
WHY = re.compile(r"\bwhy\b|\b(?:reason|purpose|cause)\b", re.IGNORECASE)
BECAUSE = re.compile(r"^(?:as|because|due to|for fear|in order to|since|so that|so as to|to)\b", re.IGNORECASE)
OPEN = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)
AGREES = re.compile(r"^(?:no|yes)\b", re.IGNORECASE)
TIMES = frozenset(word.casefold() for word in MONTHS | DAYS)


def beside(rows: Sequence[Row], each: int) -> Iterator[Row]:
    """At most `each` wrong answers to each row: another's of another kind, the own one and another's, the question.

    Whose answers are taken goes by hash: a changed row changes those that it stands in, and no others.
    """
    for context, question, answer in rows:
        others = [other for _, _, other in rows if not _alike(other, answer)]
        others.sort(key=lambda other: digest.of_json([question, other]))
        swaps = [other for other in others if sort_of(other) not in (sort_of(answer), asked_sort(question))]
        more = [f"{answer.rstrip(' .')}. {other[:1].upper()}{other[1:]}" for other in reversed(others)]
        wrong = [text for pair in zip_longest(swaps, more) for text in pair if text is not None]
        for text in list(dict.fromkeys([*wrong[:2], question, *wrong[2:]]))[:each]:
            yield context, question, text


def asked_sort(question: str) -> Sort:
    """What sort of answer a question wants."""
    if WHY.search(question):
        return "reason"
    if COUNTED.search(question):
        return "number"
    return "thing" if OPEN.search(question) else "yes or no"


def sort_of(answer: str) -> Sort:
    """What sort of answer it is; numbers, days and months may all say when."""
    words = [word for word, _, _ in tokens(answer)]
    if AGREES.match(answer):
        return "yes or no"
    if BECAUSE.match(answer):
        return "reason"
    return "number" if any(is_number(word) or word.casefold().removesuffix("s") in TIMES for word in words) else "thing"


def _alike(left: str, right: str) -> bool:
    a, b = _content(left), _content(right)
    return not a or not b or len(a & b) >= 0.5 * min(len(a), len(b))


def _content(text: str) -> set[str]:
    return {word.casefold() for word, _, _ in tokens(text)} - FUNCTION
