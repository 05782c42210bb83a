"""Rows that teach the specialist to read: the answer to a question by its fact, or that the fact does not say it.

A question that a model of this size writes asks for something else in three of ten cases, and its own likelihood hardly
tells (docs/generation.md, "A judge that reads"). Round-trip consistency (Alberti et al. 2019, arXiv 1906.05416) with
unanswerable questions among the rows (Rajpurkar et al. 2018, arXiv 1806.03822): those of another fact about the same
topic, and those with another thing in place of one that the fact has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from labci.models.specialist.conversations import Conversation, rng_of
from labci.models.specialist.filling import choose, fill, slots_in
from labci.models.specialist.pattern_check import contains
from labci.models.specialist.pattern_files import Ask, Pattern, PatternFile, pattern_files

NOT_SAID = "not said"  # the answer to what the fact does not say
MOST_SAID, MOST_NOT_SAID = 3, 2  # questions of a row
OTHER_FACTS = 3  # about the same topic, from which questions are taken
EVERY = 3  # of so many patterns one is read; all are asked of


def readings(seed: int, every: int = EVERY) -> Iterator[Conversation]:
    """One reading of each `every`-th pattern; what it is depends on the seed and the patterns of its file only."""
    for file in pattern_files():
        for pattern in file.patterns[::every]:
            if found := _reading(file, pattern, rng_of(f"read\n{seed}", pattern)):
                yield found


def _reading(file: PatternFile, pattern: Pattern, rng: random.Random) -> Conversation | None:
    """None for one whose questions all contain their answers, by a chance of filling."""
    others = [other for other in file.patterns if other is not pattern and other.topic == pattern.topic]
    others = rng.sample(others, min(OTHER_FACTS, len(others)))
    values = choose(slots_in([pattern.topic, pattern.fact, *(other.fact for other in others)]), file.words, rng)
    fact = fill(pattern.fact, values)
    fact = fact[:1].upper() + fact[1:]
    asks = rng.sample(list(pattern.ask), len(pattern.ask))
    said = [(fill(rng.choice(list(ask.wordings)), values), fill(ask.answer, values)) for ask in asks]
    said = [turn for turn in said if not contains(*turn)][:MOST_SAID]
    asked = [*_of_others(others, values, rng), *_of_other_things(file, pattern, fact, values, rng)]
    turns = [*said, *((question, NOT_SAID) for question in rng.sample(asked, min(MOST_NOT_SAID, len(asked))))]
    rng.shuffle(turns)
    topic = fill(pattern.topic, values)
    return Conversation(kind=file.kind, topic=topic, fact=fact, turns=tuple(turns), given="Question") if said else None


def _of_others(others: Sequence[Pattern], values: Mapping[str, str], rng: random.Random) -> Iterator[str]:
    """Questions that other facts about the same topic answer."""
    for other in others:
        yield fill(rng.choice(list(rng.choice(list(other.ask)).wordings)), values)


def _of_other_things(
    file: PatternFile, pattern: Pattern, fact: str, values: Mapping[str, str], rng: random.Random
) -> Iterator[str]:
    """The fact's questions with another value of a slot that is not the topic's, and that the fact has not."""
    for ask in rng.sample(list(pattern.ask), min(OTHER_FACTS, len(pattern.ask))):
        question, slots = _asked_of(ask, pattern, rng)
        if slots and (slot := rng.choice(slots)):
            value = choose(pattern.slots(), file.words, rng)[slot]
            if value.casefold() not in fact.casefold():
                yield fill(question, {**values, slot: value})


def _asked_of(ask: Ask, pattern: Pattern, rng: random.Random) -> tuple[str, list[str]]:
    """A question, and the slots in it besides the topic's."""
    question = rng.choice(list(ask.wordings))
    return question, [slot for slot in slots_in([question]) if slot not in slots_in([pattern.topic])]
