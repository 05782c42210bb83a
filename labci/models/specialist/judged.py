"""Rows of questions that rules and an earlier specialist wrote, read one by one: what they get wrong it learns to see.

A verifier learns most from what its own generator writes (Cobbe et al. 2021, arXiv 2110.14168). The questions are of
documents that were written for this and that no test has. What the fact says to each was noted, or that it says
nothing to it, also where the fact was cut wrongly out of its document. What was right and clear is asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from labci.models.specialist.conversations import MOST_TURNS, Conversation
from labci.models.specialist.readings import NOT_SAID

FILE = "judged.jsonl"
KIND = "judged"
MOST_READ = 8  # questions of a row
Turns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A fact with the questions about it. read: each with what the fact answers, `NOT_SAID` where it does not.

    ask: (answer, question) of those that are worth writing again.
    """

    topic: str
    fact: str
    read: Turns
    ask: Turns


@cache
def judged() -> tuple[Judged, ...]:
    """The shipped ones, in the order of the file."""
    text = resources.files("labci.models.specialist").joinpath(FILE).read_text("utf-8")
    return tuple(_judged(line) for line in text.splitlines())


def _judged(line: str) -> Judged:
    found = json.loads(line)
    read = tuple((question, NOT_SAID if answer is None else answer) for question, answer in found["read"])
    ask = tuple((answer, question) for answer, question in found["ask"])
    return Judged(topic=found["topic"], fact=found["fact"], read=read, ask=ask)


def judged_readings() -> Iterator[Conversation]:
    """Each fact with its questions to be read, `MOST_READ` a row."""
    for item in judged():
        for turns in _cut(item.read, MOST_READ):
            yield Conversation(kind=KIND, topic=item.topic, fact=item.fact, turns=turns, given="Question")


def judged_asks() -> Iterator[Conversation]:
    """Each fact with its answers that are to be asked for, `MOST_TURNS` a row."""
    for item in judged():
        for turns in _cut(item.ask, MOST_TURNS):
            yield Conversation(kind=KIND, topic=item.topic, fact=item.fact, turns=turns)


def _cut(turns: Turns, most: int) -> Iterator[Turns]:
    return (turns[first : first + most] for first in range(0, len(turns), most))
