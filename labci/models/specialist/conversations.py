"""Packs what may be asked about one fact into one training row, so that its tokens are read once."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from labci.models.specialist.filling import choose, fill
from labci.models.specialist.pattern_check import contains
from labci.models.specialist.pattern_files import Pattern, PatternFile, pattern_files

MOST_TURNS = 4
TRIES = 20
PRONOUN_SHARE = 0.4
NO_PRONOUN_BEFORE = re.compile(r" (?:and|at|by|for|from|in|of|on|or|to|under|with)\b")
SEED = 0
FILLINGS = 1  # of each pattern: 1,704 conversations of about 120 tokens are 10 minutes on 2 cores
POSSESSIVES = {"It": "Its", "He": "His", "She": "Her", "They": "Their"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A fact and its (given, written) turns. The first turn is what the teacher will be asked.

    given: what stands in a turn: the answer that a question is written for, or a question that is read.
    """

    kind: str
    topic: str
    fact: str
    turns: tuple[tuple[str, str], ...]
    given: Literal["Answer", "Question"] = "Answer"

    def to_row(self) -> dict[str, Any]:
        """A training row: loss on all that is written; later turns name what is given next only."""
        (first, written), *more = self.turns
        completion = [{"role": "assistant", "content": written}]
        for other, said in more:
            completion.append({"role": "user", "content": f"{self.given}: {other}"})
            completion.append({"role": "assistant", "content": said})
        return {
            "prompt": [{"role": "user", "content": _prompt(self.topic, self.fact, self.given, first)}],
            "completion": completion,
        }


def prompt(topic: str, fact: str, answer: str) -> str:
    """What the specialist is asked (docs/design.md, "Teachers")."""
    return _prompt(topic, fact, "Answer", answer)


def reading_prompt(topic: str, fact: str, question: str) -> str:
    """What the specialist is asked when it reads."""
    return _prompt(topic, fact, "Question", question)


def _prompt(topic: str, fact: str, given: str, text: str) -> str:
    return f"Topic: {topic}\nFact: {fact}\n{given}: {text}"


def shipped() -> list[Conversation]:
    """The conversations that every specialist learns, shuffled once."""
    found = list(conversations(SEED, FILLINGS))
    random.Random(SEED).shuffle(found)
    return found


def conversations(seed: int, fillings: int, *, skip_kinds: frozenset[str] = frozenset()) -> Iterator[Conversation]:
    """Each pattern filled `fillings` times; its conversations depend on the seed and its text only."""
    for file in pattern_files():
        for pattern in () if file.kind in skip_kinds else file.patterns:
            rng = rng_of(f"{seed}", pattern)
            for _ in range(fillings):
                yield _conversation(file, pattern, rng)


def rng_of(seed: str, pattern: Pattern) -> random.Random:
    """What chooses for a pattern, by the seed and its text only."""
    key = hashlib.sha256(f"{seed}\n{pattern.topic}\n{pattern.fact}".encode()).digest()
    return random.Random(int.from_bytes(key[:8], "big"))


def _conversation(file: PatternFile, pattern: Pattern, rng: random.Random) -> Conversation:
    for _ in range(TRIES):
        values = choose(pattern.slots(), file.words, rng)
        turns = [(fill(ask.answer, values), fill(rng.choice(list(ask.questions)), values)) for ask in pattern.ask]
        turns = [turn for turn in turns if not contains(turn[1], turn[0])]  # by a chance of filling
        if turns:
            rng.shuffle(turns)
            topic, fact = fill(pattern.topic, values), fill(pattern.fact, values)
            fact = _with_pronoun(pattern, topic, fact[:1].upper() + fact[1:], turns, rng)
            return Conversation(kind=file.kind, topic=topic, fact=fact, turns=tuple(turns[:MOST_TURNS]))
    raise ValueError(f"{file.name}: every question contains its answer: {pattern.fact}")


def _with_pronoun(pattern: Pattern, topic: str, fact: str, turns: list[tuple[str, str]], rng: random.Random) -> str:
    wanted = rng.random() < PRONOUN_SHARE
    other = pronoun_fact(topic, fact, pattern.pronoun)
    whole = all(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", other) for answer, _ in turns)
    return other if wanted and other and whole else fact


def pronoun_fact(topic: str, fact: str, pronoun: str) -> str:
    """The fact with its leading topic replaced by the pronoun, or "" if it can't be."""
    if not pronoun or not fact.lower().startswith(topic.lower()):
        return ""
    rest = fact[len(topic) :]
    if rest.startswith("'s "):
        return POSSESSIVES[pronoun] + rest[2:]
    if not rest.startswith(" ") or NO_PRONOUN_BEFORE.match(rest):
        return ""
    return pronoun + rest
