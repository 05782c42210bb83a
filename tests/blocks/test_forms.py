"""Other forms of a question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.blocks.forms import forms, keywords, statement
from labci.sample import Sample

QUESTION = "How many watts does the motor of the Orn pump draw?"
SAMPLE = Sample(
    leaf="knowledge/a/b", unit="u", kind="knowledge", phase="short", question=QUESTION, answer="40 watts",
    context="The motor of the Orn pump draws 40 watts.", span="40 watts",
)  # fmt: skip


def test_keywords_are_what_the_question_is_about() -> None:
    assert keywords(QUESTION) == "many watts motor Orn pump draw"


def test_the_fact_has_a_gap_where_the_answer_stood() -> None:
    """As the document words it; a contributor's pair has no place in a fact."""
    assert SAMPLE.gapped == "The motor of the Orn pump draws ___."
    assert replace(SAMPLE, answer="Forty", span=None).gapped == ""
    assert replace(SAMPLE, context=None).gapped == ""


def test_a_pair_without_a_fact_has_words_left_out_instead() -> None:
    """So that every sample is trained as often."""
    with_fact, without = forms(SAMPLE, 2), forms(replace(SAMPLE, span=None), 2)
    assert with_fact[1] == SAMPLE.gapped
    assert without[0] == with_fact[0]
    assert without[1] not in ("", QUESTION, with_fact[1])


def test_forms_are_the_same_for_the_same_sample() -> None:
    others = [replace(SAMPLE, answer=answer) for answer in "abcdefgh"]
    assert forms(SAMPLE, 3) == forms(SAMPLE, 3)
    assert len({forms(sample, 3)[2] for sample in others}) > 3
    assert forms(SAMPLE, 0) == []


@given(st.text(max_size=60), st.text(max_size=40), st.integers(0, 3))
def test_forms_have_no_words_of_their_own(question: str, fact: str, count: int) -> None:
    sample = replace(SAMPLE, question=question, context=fact, span=fact[3:9])
    found = forms(sample, count)
    assert len(found) <= count
    assert question not in found
    pieces = [piece for form in found for word in form.split() for piece in word.split("___")]
    assert all(piece in question + fact for piece in pieces)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("the tank holds 95 litres of juice", "The tank holds 95 litres of juice."),
        ("Never fill more than 95 litres!", "Never fill more than 95 litres!"),
        (f"It holds 95 litres{' and more' * 12}.", ""),  # too long to be said in the tokens of an answer
        ("The tank is full.", ""),  # the answer stands elsewhere
    ],
)
def test_the_sentence_that_says_it(fact: str, said: str) -> None:
    sample = replace(SAMPLE, question="What does the tank hold?", context=fact, span="95 litres", answer="95 litres")
    assert statement(sample) == said
    assert statement(replace(sample, question="The tank holds ___.")) == ""
    assert statement(replace(sample, context=None, span=None)) == ""
