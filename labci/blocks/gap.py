"""A question made by rule: the fact's own clause with a question word where the answer stands.

"Visitors may camp only at Cobble Green" gives "Veldrasay: visitors may camp only at which place?" Plain, but
right whenever the span is, so that a fact is taught even where the teacher found no good question for it.
"""

from __future__ import annotations

import re

from labci.blocks import Fact, Span
from labci.lexicon import (
    AUXILIARIES,
    DAYS,
    FUNCTION,
    MONTHS,
    NUMBER_WORDS,
    PRONOUNS,
    VERBS,
    is_name,
    is_number,
    tokens,
)

MAX_WORDS = 26
CLAUSE = re.compile(
    r"[;:] |, (?:and|but|or|so) (?=(?:the|a|an|its?|then|there|[A-Z])\b)|, (?:because|so that) "
    r"|, (?=the [a-z]+ (?:is|are|was|were|has|have)\b)"
)
APPOSED = re.compile(r"\b(?:an?|the|his|her|their|its) ((?:[a-z-]+ )?[a-z-]+), $", re.IGNORECASE)
PLACES = frozenset(
    [
        "in",
        "at",
        "on",
        "near",
        "from",
        "to",
        "through",
        "across",
        "above",
        "below",
        "behind",
        "beside",
        "around",
        "over",
        "under",
    ]
)
LATER = re.compile(r"\b(?:it|its|he|she|his|her|they|their|them|then|there|that|this|these|those)\b", re.IGNORECASE)
REASONS = ("because", "so that", "in order to", "to ")


def gap_question(fact: Fact, span: Span) -> str:
    """The question, or "" where the clause would not read well."""
    if span.kind == "reason":
        return _why(fact, span)
    start, end = _clause(fact.text, span)
    before, after = fact.text[start : span.start], fact.text[span.end : end]
    asked, before, after = _asked(before, span, after)
    if not asked:
        return ""
    before = re.sub(r"\b(?:an?|the) $", "", before)  # "with a what" is no English
    text = f"{before}{asked}{after}".strip(" ,;:.")
    if len(text.split()) > MAX_WORDS or len(text.split()) < 4 or (start and LATER.search(f"{before} {after}")):
        return ""
    return _framed(text, fact.topic)


def _clause(text: str, span: Span) -> tuple[int, int]:
    """The part of a sentence that can stand alone around a span."""
    cuts = [match for match in CLAUSE.finditer(text) if match.end() <= span.start or match.start() >= span.end]
    start = max((match.end() for match in cuts if match.end() <= span.start), default=0)
    end = min((match.start() for match in cuts if match.start() >= span.end), default=len(text))
    opening = text[:start].rstrip()
    return (0, end) if opening.endswith(("because", "so that")) else (start, end)


def _asked(before: str, span: Span, after: str) -> tuple[str, str, str]:
    """The question words for a span, and what stands around them."""
    last = (before.split() or [""])[-1].casefold()
    if span.kind == "frequency":
        return ("how often" if last not in PLACES | {"after", "before"} else ""), before, after
    if span.kind == "date":
        return _when(span.text), before, after
    if span.kind == "number" or is_number(span.text.split()[0]):
        return _how_many(span.text, last), before, after
    if span.kind == "name" and (match := APPOSED.search(before)):
        return f"which {match[1]}", before[: match.start()], after.removeprefix(",")
    if span.kind == "name":
        return ("which place" if last in PLACES else "whom" if last == "by" else "what"), before, after
    if span.kind == "clause":
        return "what", before.removesuffix("that "), after
    if span.kind in ("phrase", "list") and last not in PRONOUNS | AUXILIARIES - {
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
    }:
        return "what", before, after
    return "", before, after


def _how_many(text: str, last: str) -> str:
    rest = text.split()
    while rest and (is_number(rest[0]) or rest[0].casefold() in NUMBER_WORDS):
        rest.pop(0)
    unit = " ".join(rest)
    if not unit:
        return "what time" if last == "at" and re.fullmatch(r"\d{1,2}([.:]\d\d)?", text) else ""
    return f"how many {unit}" if rest[0].endswith("s") or rest[-1].endswith("s") or rest[0] == "people" else "what"


def _when(text: str) -> str:
    words = {word for word, _, _ in tokens(text)}
    if re.fullmatch(r"\d{4}", text):
        return "which year"
    if words & DAYS:
        return "which day"
    many = len(words & MONTHS) > 1
    return (
        ("which months" if many else "which month")
        if words & MONTHS and not any(map(is_number, words))
        else "which date"
    )


def _why(fact: Fact, span: Span) -> str:
    rest = fact.text[: span.start].rstrip(" ,")
    if not rest or fact.text[span.end :].strip(" .") or len(rest.split()) > MAX_WORDS or ":" in rest or ";" in rest:
        return ""
    first = rest.split()[0]
    lower = rest if is_name(first) and first.casefold() not in FUNCTION else rest[0].lower() + rest[1:]
    if first.casefold() in VERBS | {"never", "always"}:
        return _framed(f"why {lower}", fact.topic)
    named = fact.topic.casefold().removeprefix("the ") in rest.casefold()
    return f"Why is it that {lower}?" if named else f"{_capital(fact.topic)}: why is it that {lower}?"


def _framed(text: str, topic: str) -> str:
    first = text.split()[0]
    if topic.casefold().removeprefix("the ") in text.casefold():
        return f"{_capital(text)}?"
    common = first.casefold() in FUNCTION or first.islower() or not is_name(first)
    return f"{_capital(topic)}: {text[0].lower() + text[1:] if common else text}?"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
