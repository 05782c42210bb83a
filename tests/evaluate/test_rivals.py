"""Wrong answers: none says the same as the right one, numbers keep their form."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.evaluate.rivals import MOST, altered, rivals
from labci.heldout import Item


def _item(answer: str, leaf: str = "knowledge/a/b") -> Item:
    return Item(id=answer, leaf=leaf, cluster="c", question=f"Which is {answer}?", answer=answer)


def test_groups_of_an_answer_with_a_number() -> None:
    """The leaf's other answers, and the own with their numbers and then with drawn ones."""
    items = [_item("750 watts"), _item("About 95 litres"), _item("Ingrid Salo"), _item("8 bar", "knowledge/a/c")]
    whole, numbers = rivals(items[0], items)
    assert set(whole) == {"About 95 litres", "Ingrid Salo"}
    assert numbers[0] == "95 watts"
    assert len(numbers) >= MOST - 1
    assert all(re.fullmatch(r"[1-9]\d{1,2} watts", text) for text in numbers)


def test_an_answer_without_numbers_has_one_group() -> None:
    """Words are not exchanged."""
    items = [_item("The hemp cloth"), _item("9 minutes")]
    assert rivals(items[0], items) == (("9 minutes",),)


def test_a_single_answer_with_a_number_has_rivals() -> None:
    """No other answer is needed to know what another number would be."""
    item = _item("After 12 hours")
    (numbers,) = rivals(item, [item])
    assert len(numbers) >= MOST - 1


def test_a_single_answer_without_numbers_has_none() -> None:
    """Nothing to tell it apart from."""
    item = _item("The hemp cloth")
    assert rivals(item, [item]) == ()


def test_an_item_that_brings_wrong_answers_is_told_apart_from_each_of_them_alone() -> None:
    item = replace(_item("12 hours"), wrong=("9 hours", "A day"))
    assert rivals(item, [item, _item("The hemp cloth")]) == rivals(item, []) == (("9 hours",), ("A day",))


@pytest.mark.parametrize(
    ("answer", "pattern"),
    [
        ("Twelve of them", r"[A-Z][a-z]+ of them"),
        ("Between 7 and 9 May 1911", r"Between \d+ and \d+ May \d+"),
        ("The M6 in 3.5 hours", r"The M6 in [1-9]\.\d hours"),
        ("5,200 at 4.50", r"[1-9],\d{3} at [1-9]\.\d\d"),
    ],
)
def test_numbers_keep_their_writing(answer: str, pattern: str) -> None:
    """Letters stay letters, a capital a capital; codes are left alone, points and commas stay where they are."""
    found = altered(answer, ["two carts", "40 carts"])
    assert found
    assert all(re.fullmatch(pattern, text) for text in found)


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=5))
def test_never_the_answer_itself(answer: str, answers: list[str]) -> None:
    """Any text: at most `MOST`, no two alike, none the answer."""
    found = altered(answer, answers)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert answer not in found
