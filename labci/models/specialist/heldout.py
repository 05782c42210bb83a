"""The held-out facts on which a specialist is measured: own text, in no row, in no test's document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from labci import digest
from labci.models.specialist.filling import load_yaml

FILE = "heldout.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An answer of a held-out fact. question: the reference, in own words. others: the fact's other items' answers."""

    kind: str
    topic: str
    fact: str
    answer: str
    question: str
    others: tuple[str, ...]


@cache
def items() -> tuple[Item, ...]:
    """All items, those of one fact together, in an order that mixes the kinds: any first part is a fair sample."""
    facts = sorted(load_yaml(FILE)["facts"], key=lambda fact: digest.of_json(fact["fact"]))
    return tuple(item for fact in facts for item in _items(fact))


def _items(fact: Mapping[str, Any]) -> list[Item]:
    pairs = [(str(pair["answer"]), str(pair["question"])) for pair in fact["ask"]]
    return [
        Item(
            kind=fact["kind"], topic=fact["topic"], fact=fact["fact"], answer=answer, question=question,
            others=tuple(other for other, _ in pairs if other != answer),
        )
        for answer, question in pairs
    ]  # fmt: skip
