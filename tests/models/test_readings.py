"""The rows that teach the specialist to read."""

from __future__ import annotations

import re

import pytest

from labci.models.specialist.conversations import Conversation
from labci.models.specialist.heldout import items
from labci.models.specialist.pattern_check import contains
from labci.models.specialist.readings import MOST_NOT_SAID, MOST_SAID, NOT_SAID, readings


@pytest.fixture(scope="module")
def made() -> list[Conversation]:
    return list(readings(7))


def test_answers_are_in_their_facts_and_what_is_not_said_is_not(made: list[Conversation]) -> None:
    assert len(made) > 500
    for item in made:
        said = [(question, answer) for question, answer in item.turns if answer != NOT_SAID]
        assert 1 <= len(said) <= MOST_SAID
        assert len(item.turns) - len(said) <= MOST_NOT_SAID
        assert len({question for question, _ in item.turns}) == len(item.turns)
        for question, answer in said:
            assert answer.casefold() in item.fact.casefold()
            assert not contains(question, answer)


def test_a_fair_share_is_not_said_and_texts_are_whole(made: list[Conversation]) -> None:
    turns = [turn for item in made for turn in item.turns]
    assert 0.2 < sum(answer == NOT_SAID for _, answer in turns) / len(turns) < 0.4
    texts = [text for item in made for text in (item.topic, item.fact, *(part for turn in item.turns for part in turn))]
    assert [text for text in texts if re.search(r"[{}\x00]", text)] == []


def test_they_follow_from_the_seed_alone(made: list[Conversation]) -> None:
    assert list(readings(7)) == made
    assert len(set(readings(8)) & set(made)) < len(made) / 20


def test_a_row_asks_as_generation_will(made: list[Conversation]) -> None:
    row = made[0].to_row()
    lines = [line.split(":")[0] for line in row["prompt"][0]["content"].splitlines()]
    assert lines == ["Topic", "Fact", "Question"]
    asked = [message["content"] for message in row["completion"] if message["role"] == "user"]
    assert all(text.startswith("Question: ") for text in asked)
    assert len(asked) == len(made[0].turns) - 1


def test_no_held_out_fact_of_the_evaluation_is_read(made: list[Conversation]) -> None:
    assert not {item.fact for item in made} & {item.fact for item in items()}
