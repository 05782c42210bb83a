"""Questions in the form of hurried people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labci.blocks.hurried import hurried, keywords

QUESTION = "How many watts does the motor of the Orn pump draw?"


def test_keywords_are_what_the_question_is_about() -> None:
    assert keywords(QUESTION) == "many watts motor Orn pump draw"


def test_forms_are_the_same_for_the_same_key() -> None:
    assert hurried(QUESTION, "a", 2) == hurried(QUESTION, "a", 2)
    assert len({hurried(QUESTION, key, 2)[1] for key in "abcdefgh"}) > 3
    assert hurried(QUESTION, "a", 0) == []


@given(st.text(max_size=60), st.text(max_size=5), st.integers(0, 2))
def test_forms_have_no_words_of_their_own(question: str, key: str, count: int) -> None:
    forms = hurried(question, key, count)
    assert len(forms) <= count
    assert question not in forms
    assert all(word in question for form in forms for word in form.split())
