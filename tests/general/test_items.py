"""The shipped general items: enough of every kind in each half, and none that training has seen."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from labci import general
from labci.heldout import LEAK_JACCARD, jaccard, question_key, trigrams

KINDS = {
    "gate": {"fact": 91, "reasoning": 45, "writing": 46, "refusal": 18},
    "dev": {"fact": 89, "reasoning": 65, "writing": 54, "refusal": 12},
}
HALVES = {"gate": general.gate_items(), "dev": general.dev_items()}
REPLAY = general.replay_items(0)


@pytest.mark.parametrize("half", KINDS)
def test_each_half_has_every_kind_and_topic(half: str) -> None:
    items = HALVES[half]
    assert Counter(item.kind for item in items) == KINDS[half]
    assert len({item.topic for item in items}) >= 50
    assert max(Counter(item.topic for item in items).values()) <= 15


def test_the_gate_reads_at_least_200_items_and_no_other_half() -> None:
    assert len(HALVES["gate"]) >= 200
    ids = [{item.id for item in items} for items in HALVES.values()]
    assert not ids[0] & ids[1]


def test_items_and_answers_say_something() -> None:
    for item in (*HALVES["gate"], *HALVES["dev"], *REPLAY, *general.canary_items()):
        assert len(item.question.split()) >= 3, item.id
        assert item.answer.strip() == item.answer != "", item.id


@pytest.mark.parametrize(
    ("left", "right"), [(HALVES["gate"], HALVES["dev"]), (HALVES["gate"], REPLAY), (HALVES["dev"], REPLAY)]
)
def test_no_set_repeats_a_question_of_another(left: list[general.General], right: list[general.General]) -> None:
    """Neither in the same words nor nearly: two thirds of the Jaccard that lint calls a leak."""
    grams = [(item.id, trigrams(item.question)) for item in right]
    keys = {question_key(item.question) for item in right}
    for item in left:
        assert question_key(item.question) not in keys, item.id
        own = trigrams(item.question)
        assert [name for name, other in grams if jaccard(own, other) >= LEAK_JACCARD * 2 / 3] == [], item.id


def test_training_has_a_thousand_items_of_every_kind() -> None:
    assert len(REPLAY) == 1_000
    assert min(Counter(item.kind for item in REPLAY).values()) >= 70
    assert len({item.topic for item in REPLAY}) >= 130


def test_each_release_reads_other_items_first() -> None:
    first = [{item.id for item in general.replay_items(0, turn)[:100]} for turn in ("", "v0.1.0", "v0.2.0")]
    assert len(set.union(*first)) > 250  # of at most 300; the same order each time gives 100


@pytest.mark.slow
def test_no_question_is_there_twice() -> None:
    for items in (*HALVES.values(), REPLAY):
        assert len({item.id for item in items}) == len(items)
        for one, other in combinations(items, 2):
            assert question_key(one.question) != question_key(other.question)


def test_canaries_are_in_no_other_set() -> None:
    others = {question_key(item.question) for items in (*HALVES.values(), REPLAY) for item in items}
    assert not {question_key(item.question) for item in general.canary_items()} & others
