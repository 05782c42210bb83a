"""General items: items.jsonl for the gate and the development set, replay.jsonl for training; they share none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from labci import digest
from labci.heldout import Item

GATE_ITEMS = 200  # by digest; the rest is the development set's


@dataclass(frozen=True, slots=True, kw_only=True)
class General:
    """A question with a reference answer. kind: fact, reasoning, writing or refusal."""

    id: str
    kind: str
    topic: str
    question: str
    answer: str

    def asked(self, suite: str) -> Item:
        """As an item of an evaluation's suite; it is its own cluster."""
        return Item(id=self.id, leaf=suite, cluster=self.id, question=self.question, answer=self.answer)


def gate_items() -> list[General]:
    """The 200 items that only the gate reads."""
    return _by_digest()[:GATE_ITEMS]


def dev_items() -> list[General]:
    """The items for choosing checkpoints and alpha, which the gate never reads."""
    return _by_digest()[GATE_ITEMS:]


def replay_items(seed: int, turn: str = "") -> list[General]:
    """The general replay set in an order of its own for each seed and turn, such as the release that is trained on."""
    return sorted(_read("replay.jsonl"), key=lambda item: digest.of_json([seed, turn, item.id]))


def canary_items() -> list[General]:
    """Prompts whose answers show a broken model: refusals, and questions that any model answers in words."""
    return list(_read("canary.jsonl"))


def _by_digest() -> list[General]:
    return sorted(_read("items.jsonl"), key=lambda item: digest.of_json(item.id))


def _read(name: str) -> Iterator[General]:
    text = (resources.files("labci.general") / name).read_text("utf-8")
    return (General(**json.loads(line)) for line in text.splitlines())
