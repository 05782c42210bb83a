"""The conversations that the specialist teacher is tuned on."""

from __future__ import annotations

import re

import pytest

from labci.models.specialist.conversations import Conversation, conversations, pronoun_fact
from labci.models.specialist.filling import fill, slots_in, takes_an
from labci.models.specialist.pattern_check import contains, problems
from labci.models.specialist.pattern_files import Pattern, pattern_files

ARTICLE = re.compile(r"(?<!Line )\b[Aa](n?) ([\w'-]+)")  # "Line A is white": a name, no article


@pytest.fixture(scope="module")
def made() -> list[Conversation]:
    return list(conversations(7, 3))


@pytest.mark.slow
def test_patterns_keep_their_rules() -> None:
    assert [problem for file in pattern_files() for problem in problems(file)] == []


@pytest.mark.slow
def test_there_are_many_patterns_of_many_kinds(made: list[Conversation]) -> None:
    assert len(made) >= 3 * 500
    assert len({item.kind for item in made}) >= 20


@pytest.mark.slow
def test_conversations_are_deterministic_and_depend_on_the_seed(made: list[Conversation]) -> None:
    assert list(conversations(7, 3)) == made
    assert len(set(conversations(8, 3)) & set(made)) < len(made) / 50


def test_answers_are_in_their_facts_and_not_in_their_questions(made: list[Conversation]) -> None:
    turns = [(item.fact, *turn) for item in made for turn in item.turns]
    assert [fact for fact, answer, _ in turns if answer not in fact] == []
    assert [question for _, answer, question in turns if contains(question, answer)] == []


def test_texts_are_whole(made: list[Conversation]) -> None:
    texts = [text for item in made for text in (item.topic, item.fact, *(part for turn in item.turns for part in turn))]
    assert [text for text in texts if re.search(r"[{}\x00]", text)] == []
    facts = [(item.fact, word) for item in made for n, word in ARTICLE.findall(item.fact) if bool(n) != takes_an(word)]
    assert facts == []


def test_some_facts_begin_with_a_pronoun(made: list[Conversation]) -> None:
    share = sum(item.fact.startswith(("It", "He ", "She ", "They ")) for item in made) / len(made)
    assert 0.1 < share < 0.5


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("The Orn pump is red.", "It is red."),
        ("The Orn pump's case is red.", "Its case is red."),
        ("Near the Orn pump is a tap.", ""),
        ("The Orn pump in the yard is red.", ""),
        ("The Orn pump, a gift, is red.", ""),
    ],
)
def test_pronoun_fact(fact: str, expected: str) -> None:
    assert pronoun_fact("the Orn pump", fact, "It") == expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a {x} hat", "orange", "an orange hat"),
        ("An {x} hat", "red", "A red hat"),
        ("a {x}-metre pole", "8", "an 8-metre pole"),
        ("a {x}-metre pole", "12", "a 12-metre pole"),
        ("a {x} pump", "MX-4", "an MX-4 pump"),
        ("a {x}", "unicorn", "a unicorn"),
    ],
)
def test_articles_are_fixed_before_slots(text: str, value: str, expected: str) -> None:
    assert fill(text, {"x": value}) == expected


def test_every_answer_is_asked_for_in_several_wordings() -> None:
    """`problems` holds all of them to the rules of questions."""
    asks = [(file.name, ask) for file in pattern_files() for pattern in file.patterns for ask in pattern.ask]
    assert [(name, ask.answer) for name, ask in asks if len(set(ask.wordings)) < 2] == []
    assert [(name, ask.answer) for name, ask in asks if ask.reworded and len(ask.reworded) < 2] == []
    assert [(name, ask.answer) for name, ask in asks if ask.reworded and len(set(ask.wordings)) < 3] == []


def test_most_facts_of_a_document_do_not_name_it(made: list[Conversation]) -> None:
    """Sentences of a real text seldom repeat its title; a teacher that has seen no such fact turns roles round."""
    apart = [pattern for file in pattern_files() for pattern in file.patterns if not _names(pattern)]
    assert len(apart) > 0.4 * len(made) / 3


def _names(pattern: Pattern) -> bool:
    return bool(set(slots_in([pattern.topic])) & set(slots_in([pattern.fact])))
