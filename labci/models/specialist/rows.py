"""Makes training rows for the specialist teacher: topic, fact, answer and question."""

import hashlib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from labci.models.specialist.filling import choose, fill
from labci.models.specialist.pattern_check import contains, problems
from labci.models.specialist.pattern_files import Ask, Pattern, PatternFile, pattern_files

PRONOUN_SHARE = 0.4
BARE_TOPIC_SHARE = 0.35
TRIES = 20
NO_PRONOUN_BEFORE = re.compile(r" (?:and|at|by|for|from|in|of|on|or|to|under|with)\b")
POSSESSIVES = {"It": "Its", "He": "His", "She": "Her", "They": "Their"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One training example; the model reads the first three fields and writes the question."""

    topic: str
    fact: str
    answer: str
    question: str
    kind: str


def rows(seed: int, per_pattern: int) -> Iterator[Row]:
    """Yield `per_pattern` rows of every pattern, going round its answers in turn.

    A pattern's rows depend on the seed and its own text only, so adding a pattern
    never changes the rows of the others.
    """
    for file in pattern_files():
        for pattern in file.patterns:
            yield from _pattern_rows(file, pattern, _random(seed, pattern), per_pattern)


def check() -> list[str]:
    """Return every violation of the rules for patterns, with its file and pattern number."""
    return [problem for file in pattern_files() for problem in problems(file)]


def pronoun_fact(topic: str, fact: str, pronoun: str) -> str:
    """Return the fact with its leading topic replaced by the pronoun, or '' if it cannot be."""
    if not pronoun or not fact.lower().startswith(topic.lower()):
        return ""
    rest = fact[len(topic) :]
    if rest.startswith("'s "):
        return POSSESSIVES[pronoun] + rest[2:]
    if not rest.startswith(" ") or NO_PRONOUN_BEFORE.match(rest):
        return ""
    return pronoun + rest


def _random(seed: int, pattern: Pattern) -> random.Random:
    digest = hashlib.sha256(f"{seed}\n{pattern.topic}\n{pattern.fact}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def _pattern_rows(file: PatternFile, pattern: Pattern, rng: random.Random, count: int) -> Iterator[Row]:
    asks = list(pattern.ask)
    rng.shuffle(asks)
    for turn in range(count):
        ask = asks[turn % len(asks)]
        question = ask.questions[(turn // len(asks)) % len(ask.questions)]
        yield _clean_row(file, pattern, Ask(answer=ask.answer, questions=[question]), rng)


def _clean_row(file: PatternFile, pattern: Pattern, ask: Ask, rng: random.Random) -> Row:
    """Return a row whose question does not give its answer away, even by a chance of filling."""
    for _ in range(TRIES):
        row = _row(file.kind, pattern, ask, choose(pattern.slots(), file.words, rng))
        if not contains(row.question, row.answer):
            return _with_heading(_with_pronoun(row, pattern, rng), rng)
    raise ValueError(f"{file.name}: the question always contains its answer: {ask}")


def _row(kind: str, pattern: Pattern, ask: Ask, values: Mapping[str, str]) -> Row:
    return Row(
        topic=fill(pattern.topic, values),
        fact=_capital(fill(pattern.fact, values)),
        answer=fill(ask.answer, values),
        question=fill(ask.questions[0], values),
        kind=kind,
    )


def _with_pronoun(row: Row, pattern: Pattern, rng: random.Random) -> Row:
    wanted = rng.random() < PRONOUN_SHARE
    fact = pronoun_fact(row.topic, row.fact, pattern.pronoun)
    if not wanted or not fact or not re.search(rf"(?<!\w){re.escape(row.answer)}(?!\w)", fact):
        return row
    return replace(row, fact=fact)


def _with_heading(row: Row, rng: random.Random) -> Row:
    """Let some topics look like the heading of a document: 'Orn pump' instead of 'the Orn pump'."""
    bare = rng.random() < BARE_TOPIC_SHARE
    return replace(row, topic=_capital(row.topic.removeprefix("the "))) if bare else row


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
