"""How much of a reference an answer has, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.evaluate.measure import exact, token_f1


@pytest.mark.parametrize(
    ("answer", "reference", "f1", "same"),
    [
        ("The Harbour.", "a harbour", 1.0, 1),
        ("Line 4 to the harbour", "Line 4", 2 / 3, 0),
        ("A", "A", 1.0, 1),  # the letter of a choice
        ("A.", "B", 0.0, 0),
        ("The", "A", 0.0, 0),
        ("!!!", "A", 0.0, 0),
        ("水は百度で沸く", "水は百度で沸く。", 1.0, 1),
        ("水は百度", "水は百度で沸く", 8 / 11, 0),  # cut off after four of seven characters
        ("Tokyo東京", "東京", 0.8, 0),
    ],
)
def test_words_are_compared(answer: str, reference: str, f1: float, same: int) -> None:
    assert token_f1(answer, reference) == pytest.approx(f1)
    assert exact(answer, reference) == same


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_texts_have_a_share_in_common(answer: str, reference: str) -> None:
    assert 0 <= token_f1(answer, reference) <= 1
    assert token_f1(answer, reference) == pytest.approx(token_f1(reference, answer))
    if exact(answer, reference) and token_f1(answer, answer):
        assert token_f1(answer, reference) == 1
