"""Does a question say what its fact says: the topic in its own role, words of one clause, nothing denied or added.

A small teacher makes the topic do what it does not: "What does the Garrow M6 leave on the side?" where a user does.
What is joined otherwise inside of one clause is left to the teacher's likelihood: 16 of 17 such questions were right.
Each rule was measured on hand-labelled questions (docs/generation.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from labci.english.lexicon import PREPOSITIONS, is_number, tokens
from labci.english.relations import apart, denied, denies, disagreeing
from labci.sample import Reject, Sample

ODD = re.compile(r"^which (?:is|are)\b|^what is the place\b|^(?:what|which) (?:is|are)\b.* with\b", re.IGNORECASE)
ASKS_LIMIT = re.compile(
    r"\bhow (?:many|much|long|far|fast|close|near|old|late|early|soon|high|deep|heavy)\b|\blimit\b|\bm(?:ax|in)imum\b"
    r"|\bat what (?:distance|speed)\b",
    re.IGNORECASE,
)
SETS_LIMIT = re.compile(
    r"\b(?:no|not) (?:closer|earlier|fewer|later|less|longer|more|nearer|within)\b|\bnor\b"
    r"|\b(?:may|must|shall) not\b|\b(?:nobody|no \w+) (?:may|must|shall)\b",
    re.IGNORECASE,
)
LIMITS = frozenset({"most", "least", "only", "other", "same", "first", "last", "best", "more", "less"})


def filter_unfaithful(samples: Iterable[Sample], *, topic: str, kind: str) -> Iterator[Sample | Reject]:
    """Drop questions that presuppose what the fact does not say. kind: the noun that stands for the topic."""
    for sample in samples:
        detail = unfaithful(sample.question, sample.span or sample.answer, sample.context or "", topic, kind)
        if detail:
            reason = "unparsable" if detail.startswith("does not agree") else "not-grounded"
            yield Reject(sample=sample, stage="faithful", reason=reason, detail=detail)
        else:
            yield sample


def unfaithful(question: str, answer: str, fact: str, topic: str, kind: str) -> str:
    """Why a question says something else than its fact, or ""."""
    body = below(question, topic)
    if place := misplaced(body, fact, topic, kind):
        return f"the topic stands behind {place!r}"
    no, asks_no = denied(fact, answer), denies(question)
    limit = no and is_limit(question, answer, fact)
    if no != asks_no and not limit:
        return "one of fact and question says no"
    if odd := ODD.search(body):
        return f"does not agree with English: {odd[0]!r}"
    if kind and re.search(
        rf"\b{re.escape(kind)} (?:in|of|on) (?:the )?{re.escape(topic.removeprefix('the '))}", body, re.I
    ):
        return "does not agree with itself: the topic is in its own kind"
    if re.search(r"\bnot (?:have|need) to\b", body) and "not" in fact and not re.search(r"\bnot (?:have|need)", fact):
        return "says that what is forbidden is not needed"
    said = {word.casefold() for word, _, _ in tokens(fact)}
    added = sorted(LIMITS & ({word.casefold() for word, _, _ in tokens(body)} - said))
    if added and not limit:
        return f"adds {added[0]!r}"
    free = frozenset(word.casefold() for word, _, _ in tokens(topic)) | {kind}
    if pair := apart(body, fact, free):
        return f"joins {pair}"
    wrong = disagreeing(body)
    return f"does not agree: {wrong}" if wrong else ""


def is_limit(question: str, answer: str, fact: str) -> bool:
    """Whether a question asks how far something may go: "no more than two rods" answers "How many rods may …?"."""
    number = any(is_number(word) for word in answer.split())
    return number and ASKS_LIMIT.search(question) is not None and SETS_LIMIT.search(fact) is not None


def below(question: str, topic: str) -> str:
    """The question without the topic in front of it: "The Tarn lathe: what …"."""
    head, colon, rest = question.partition(": ")
    return f"{rest[:1].upper()}{rest[1:]}" if colon and head.casefold() == topic.casefold() else question


def misplaced(question: str, fact: str, topic: str, kind: str) -> str:
    """The word before the topic, where it is subject or object although the fact speaks of something else; or ""."""
    name = topic.casefold().removeprefix("the ")
    if name in fact.casefold() or (kind and re.search(rf"\b{re.escape(kind)}\b", fact, re.IGNORECASE)):
        return ""
    for match in re.finditer(rf"([\w'’-]+) (?:(?:the|an?) )?{re.escape(name)}(?!['’\w])", question.casefold()):
        if match[1] not in PREPOSITIONS:
            return match[1]
    return ""
