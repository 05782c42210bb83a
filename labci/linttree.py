"""What one run of lint has met so far in all of its leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from labci.diagnostic import Diagnostic, Position
from labci.seen import Keys, Seen, keys_of

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question (of a skill: with its context) at its place in a leaf's file, and the answer to it.

    held: whether it is held out. pointer: the way to it in the file, after RFC 6901. keys: by which it is found.
    """

    leaf: str
    path: str
    position: Position
    pointer: str
    held: bool
    question: str
    answer: str
    keys: Keys


class Earlier(NamedTuple):
    """What is kept of a question, as there may be a million of them."""

    leaf: str
    path: str
    line: int
    question: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """The first nearly equal question of another leaf: on the same side (taught or held out), and on the other."""

    same: Earlier | None
    other: Earlier | None


class LintTree:
    """Questions that are taught, and held-out ones; and hashes of all that was said."""

    def __init__(self) -> None:
        self._said: set[int] = set()
        self._taught = Seen[Earlier]()
        self._held = Seen[Earlier]()

    def meet(self, asked: Asked) -> Met:
        """What earlier leaves have; the question is remembered."""
        own, other = (self._held, self._taught) if asked.held else (self._taught, self._held)
        kept = Earlier(asked.leaf, asked.path, asked.position.line, asked.question)
        same, across = own.meet(asked.question, kept, asked.keys), other.find(asked.question, asked.keys)
        return Met(same=_elsewhere(same, asked), other=_elsewhere(across, asked))

    def news(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that were not said before: what is wrong between two leaves is found at both."""
        fresh = [item for item in found if hash(item) not in self._said]
        self._said.update(map(hash, fresh))
        return fresh


def whole_question(question: str, context: str | None) -> str:
    """What is compared: a skill's question is asked of its context."""
    return f"{context}\n\n{question}" if context else question


def question_keys(question: str) -> Keys:
    """By which a question is found: nearly equal ones ask for the same only if their numbers are equal."""
    return keys_of(question, tuple(NUMBER.findall(question)))


def _elsewhere(first: Earlier | None, asked: Asked) -> Earlier | None:
    return first if first and first.leaf != asked.leaf else None
