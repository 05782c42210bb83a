"""The rows of questions that were written by a machine and read."""

from __future__ import annotations

import re

from labci.models.specialist.heldout import items
from labci.models.specialist.judged import MOST_READ, judged, judged_asks, judged_readings
from labci.models.specialist.pattern_check import contains
from labci.models.specialist.readings import NOT_SAID
from tests.conftest import LEAVES


def test_what_is_said_stands_in_the_fact() -> None:
    for item in judged():
        assert item.fact.endswith((".", "!", '"')), item.fact
        for question, answer in item.read:
            assert question.endswith("?")
            assert answer == NOT_SAID or answer in item.fact
        for answer, question in item.ask:
            assert answer in item.fact
            assert question in {asked for asked, said in item.read if said != NOT_SAID}
            assert not contains(question, answer)


def test_a_question_has_one_reading() -> None:
    for item in judged():
        assert len({question for question, _ in item.read}) == len(item.read)
        assert len({answer for answer, _ in item.ask}) == len(item.ask)


def test_a_fair_share_is_not_said() -> None:
    read = [answer for item in judged() for _, answer in item.read]
    assert len(read) > 4000
    assert 0.25 < read.count(NOT_SAID) / len(read) < 0.5


def test_no_test_document_nor_held_out_fact_is_among_them() -> None:
    facts = {item.fact for item in judged()}
    assert not facts & {item.fact for item in items()}
    documents = [re.sub(r"\s+", " ", path.read_text("utf-8")) for path in LEAVES.glob("*/document.md")]
    assert len(documents) >= 15
    assert [fact for fact in facts if any(fact in text for text in documents)] == []
    names = {item.topic.removeprefix("the ") for item in judged()}
    assert [name for name in names if any(name in text for text in documents)] == []


def test_each_question_is_in_one_row() -> None:
    rows = list(judged_readings())
    assert sum(len(row.turns) for row in rows) == sum(len(item.read) for item in judged())
    assert max(len(row.turns) for row in rows) == MOST_READ
    assert all(row.given == "Question" for row in rows)
    asks = list(judged_asks())
    assert sum(len(row.turns) for row in asks) == sum(len(item.ask) for item in judged())
    assert all(row.given == "Answer" and row.turns for row in asks)
