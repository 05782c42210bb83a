"""The specialist teacher: a base model that was tuned once to write the question for a fact and an answer.

Which one is meant follows from its base and its rows alone: those that ship with labci (`patterns/`), and
those that a taxonomy repository adds from its merged leaves (`rows_file`). Both are text with a source and a
licence. The digest of base, rows and recipe is known before anything is built (`place`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LICENCE = "Apache-2.0"  # of the shipped rows and held-out items: own text


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question for an answer. pair: digest of the leaf's own pair with its context, of no commit and no path."""

    answer: str
    question: str
    pair: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a merged leaf teaches about one fact: a line of a repository's rows file."""

    topic: str
    fact: str
    turns: tuple[Turn, ...]
    leaf: str
    licence: str
    contributor: str

    @property
    def content(self) -> list[Any]:
        """What the weights depend on: neither the leaf's path nor who wrote it."""
        return [self.topic, self.fact, [[turn.answer, turn.question] for turn in self.turns]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Specialist:
    """One specialist teacher. base: a name as labci.yaml writes models. rows: those that a repository adds.

    file: where the rows are, as people know it.
    """

    base: str
    rows: tuple[Row, ...] = ()
    file: str = ""

    @property
    def name(self) -> str:
        """What samples and reports call it; no folder of this machine."""
        return f"{self.base.rstrip('/').rpartition('/')[2]}-specialist"
