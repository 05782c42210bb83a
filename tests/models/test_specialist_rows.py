"""Tests of the training rows of the specialist teacher."""

import itertools
import re

import pytest

from labci.models.specialist.filling import fill, takes_an
from labci.models.specialist.pattern_check import contains
from labci.models.specialist.rows import Row, check, pronoun_fact, rows

ARTICLE = re.compile(r"\b[Aa](n?) ([\w'-]+)")


@pytest.fixture(scope="module")
def made() -> list[Row]:
    return list(rows(seed=7, per_pattern=4))


def test_patterns_keep_their_rules() -> None:
    assert check() == []


def test_there_are_many_patterns(made: list[Row]) -> None:
    assert len(made) >= 4 * 500
    assert len({row.kind for row in made}) >= 20


def test_rows_are_deterministic(made: list[Row]) -> None:
    assert list(itertools.islice(rows(seed=7, per_pattern=4), 200)) == made[:200]


def test_another_seed_makes_other_rows(made: list[Row]) -> None:
    other = set(itertools.islice(rows(seed=8, per_pattern=4), 200))
    assert len(other & set(made)) < 20


def test_more_rows_begin_with_the_same_rows(made: list[Row]) -> None:
    assert list(itertools.islice(rows(seed=7, per_pattern=6), 4)) == made[:4]


def test_answers_are_in_their_facts(made: list[Row]) -> None:
    assert [row for row in made if row.answer not in row.fact] == []


def test_questions_do_not_hold_their_answers(made: list[Row]) -> None:
    assert [row for row in made if contains(row.question, row.answer)] == []


def test_no_braces_are_left(made: list[Row]) -> None:
    assert [row for row in made if re.search(r"[{}\x00]", f"{row.topic}{row.fact}{row.answer}{row.question}")] == []


def test_articles_agree(made: list[Row]) -> None:
    wrong = [(row.fact, word) for row in made for n, word in ARTICLE.findall(row.fact) if bool(n) != takes_an(word)]
    assert wrong == []


def test_some_facts_begin_with_a_pronoun(made: list[Row]) -> None:
    share = sum(row.fact.startswith(("It", "He ", "She ", "They ")) for row in made) / len(made)
    assert 0.15 < share < 0.5


def test_nearly_all_rows_are_distinct(made: list[Row]) -> None:
    assert len(set(made)) > 0.99 * len(made)


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
