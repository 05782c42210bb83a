"""Answers in the form that contributors use."""

from __future__ import annotations

import pytest

from labci.blocks.wording import worded

FACT = "The bell was cast in Torl and hangs in the north tower, because the wind is weak there."


@pytest.mark.parametrize(
    ("question", "answer", "written"),
    [
        ("Where was the bell cast?", "Torl", "In Torl"),
        ("Where does the bell hang?", "north tower", "In the north tower"),
        ("Torl Abbey: where does the bell hang?", "north tower", "In the north tower"),
        ("Which town cast the bell?", "Torl", "Torl"),
        ("Why does it hang there?", "because the wind is weak there", "Because the wind is weak there"),
        ("How heavy is it?", "12 tonnes", "12 tonnes"),
        ("What is the part called?", "xR-4", "xR-4"),
        ("Where is it?", "elsewhere", "Elsewhere"),
    ],
)
def test_answers_are_worded(question: str, answer: str, written: str) -> None:
    assert worded(question, answer, FACT) == written
