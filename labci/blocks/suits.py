"""Does a question ask for its answer: the kind of question word against the kind of answer.

Small teachers write fluent questions that are about something else. What such a question asks for ("where",
"how many") gives it away, at no cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from labci.english.lexicon import (
    COLOURS,
    DAYS,
    LENGTH_UNITS,
    MONEY,
    MONTHS,
    PLACES,
    QUESTION_WORDS,
    SEASONS,
    TIME_UNITS,
    TIMES,
    is_name,
    is_number,
    is_year,
    tokens,
)  # fmt: skip
from labci.english.stems import stem_of, stems
from labci.sample import Reject, Sample

MEASURE = re.compile(
    r"\bhow (?!do\b|does\b|did\b|is\b|are\b|was\b|were\b|can\b)\w+|"
    r"\b(?:number|amount|weight|height|length|width|depth|distance|"
    r"temperature|speed|price|cost|fee|age|size|time|power|pressure|share|proportion|population|capacity|quantity|"
    r"load|limit|rating|area|volume|duration|period|percentage|dose|voltage|wage|salary|code|kind|type|which|what)\b",
    re.IGNORECASE,
)
ASKS_TIME = re.compile(
    r"\bwhen\b|\b(?:which|what) (?:\w+ )?(?:years?|days?|dates?|months?|times?|seasons?|century)\b|"
    r"how (?:often|long|soon)",
    re.I,
)
ASKS_REASON = re.compile(r"\bwhy\b|\breason\b|\bpurpose\b|\bwhat for\b|\bcause\b|\bin order to\b", re.I)
UNITS = TIME_UNITS | LENGTH_UNITS | MONEY
ONE_UNIT = re.compile(rf"an? (?:{'|'.join(sorted(UNITS))})(?:$| (?:a|an|each|per)\b)")


def filter_unsuited(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    """Drop questions that can't have their answer."""
    for sample in samples:
        detail = wrong_kind(sample.question, sample.answer, sample.context or "")
        yield Reject(sample=sample, stage="suits", reason="not-grounded", detail=detail) if detail else sample


def wrong_kind(question: str, answer: str, fact: str) -> str:
    """Why a question can't have this answer, by its question word; "" if it may."""
    lower = question.casefold()
    words = [word.casefold() for word, _, _ in tokens(question)]
    first = next((word for word in words if word in QUESTION_WORDS), "")
    last = _before(answer, fact)
    kind = answer_kind(answer, last)
    if (kind == "reason") != bool(ASKS_REASON.search(question)) and (kind == "reason" or first == "why"):
        return "asks for a reason" if first == "why" else "the answer is a reason"
    if kind == "case":
        return "" if first == "when" or re.search(r"\bin (?:what|which) case\b", lower) else "the answer is a case"
    if first == "when" and kind not in ("date", "number", "frequency"):
        content = {word.casefold() for word, _, _ in tokens(answer)}
        return "" if last in TIMES and content & SEASONS else "asks for a time"
    if first == "where" and (kind not in ("name", "phrase") or last not in PLACES):
        return "asks for a place"
    if first in ("who", "whom", "whose") and kind not in ("name", "phrase"):
        return "asks for a person"
    if kind == "date" and not ASKS_TIME.search(question):
        return "the answer is a time"
    if kind == "number" and not MEASURE.search(question) and not ASKS_TIME.search(question):
        return "the answer is a number"
    if re.search(
        r"\bhow (?:many|much|long|far|high|tall|deep|wide|old|heavy|often|fast|large|big|hot)\b", lower
    ) and kind not in ("number", "frequency", "date"):
        return "asks for a number"
    if re.search(r"\bwhat (?:do|does|did|can|must|should|may|will)\b.*\bdo\b", lower) and kind != "clause":
        return "asks for an action"
    if re.search(r"\b(?:what|which) colou?r\b", lower) and answer.split()[-1].casefold() not in COLOURS:
        return "asks for a colour"
    if re.search(r"\bhow long\b", lower) and last in ("within", "in", "after") and not re.search(r"\btakes?\b", lower):
        return "asks how long something lasts"
    return "counts something else" if _counts_other(question, answer, fact) else ""


def _counts_other(question: str, answer: str, fact: str) -> bool:
    """Whether "how many" stands before another noun of the fact: pupils, where teachers are the answer."""
    counted = re.search(r"\bhow many (\w+)", question, re.IGNORECASE)
    stem = stem_of(counted[1].casefold()) if counted else ""
    return bool(stem) and len(stems(answer)) > 1 and stem not in stems(answer) and stem in stems(fact)


def answer_kind(answer: str, last: str) -> str:
    """reason, case, date, frequency, number, name, clause or phrase. last: the word of the fact before the answer."""
    words = [word for word, _, _ in tokens(answer)]
    lower = [word.casefold() for word in words]
    if lower[0] in ("because", "so", "since") or (lower[0] == "to" and len(lower) > 2) or answer.startswith("in order"):
        return "reason"
    if lower[0] in ("if", "when", "whenever"):
        return "case"
    if is_year(answer) or (set(words) & (MONTHS | DAYS) and lower[0] not in ("every", "each")):
        return "date"
    if lower[0] in ("every", "each", "once", "twice") or re.search(r"\btimes\b", answer):
        return "frequency"
    if is_number(words[0]) or ONE_UNIT.match(answer.casefold()) or re.search(r"\bquarter (?:past|to)\b", answer):
        return "number"  # "an hour", "a penny each", "a quarter to ten"
    if last == "that" and len(words) > 2:
        return "clause"
    return (
        "name" if is_name(words[0]) or (len(words) > 1 and lower[0] in ("the", "a") and is_name(words[1])) else "phrase"
    )


def _before(answer: str, fact: str) -> str:
    at = fact.find(answer)
    words = tokens(fact[:at]) if at > 0 else []
    before = [word.casefold() for word, _, _ in words]
    while before and before[-1] in ("the", "a", "an", "only", "about", "its", "their"):
        before.pop()
    return before[-1] if before else ""
