"""Answers that repeat what was asked, or the example's answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labci.blocks.copying import drop_copies, shared, usual
from labci.sample import Reject, Sample

LETTER = "Tenants are requested to refrain from the storage of bicycles in the stairwell of the building."
PLAIN = "Please do not keep bicycles on the stairs."
OTHER = "Payment is to be effected within a period of fourteen days from receipt of this invoice."
OTHER_PLAIN = "Please pay this invoice within 14 days."
PAIRS = [(LETTER, PLAIN), (OTHER, OTHER_PLAIN)]


def results(question: str, answer: str, pairs: list[tuple[str, str]] = PAIRS) -> list[Sample | Reject]:
    sample = Sample(leaf="l", unit="u", kind="freeform", phase="skill", question=question, answer=answer)
    return list(drop_copies([sample], usual=usual(pairs, least=0.6)))


def test_an_answer_of_its_own_stays() -> None:
    found = results("Dogs are to be kept on a lead at all times on the premises.", "Keep dogs on a lead here.")
    assert isinstance(found[0], Sample)


def test_a_copied_question_is_dropped() -> None:
    text = "Dogs are to be kept on a lead at all times on the premises."
    (found,) = results(text, text)
    assert isinstance(found, Reject)
    assert (found.reason, found.detail) == ("judged-low", "100% of the answer is copied from what was asked")


def test_the_example_s_answer_to_another_question_is_dropped() -> None:
    (found,) = results("Dogs are to be kept on a lead.", f"{PLAIN} Thank you.")
    assert isinstance(found, Reject)
    assert found.reason == "echoes-seed"


def test_what_the_leaf_s_own_answers_do_is_allowed() -> None:
    quoting = [("Cut the first sentence. Snow fell. It was cold.", "Snow fell. It was cold.")]
    text = "Cut the first sentence. The bus came. We got in."
    assert isinstance(results(text, "The bus came. We got in.", quoting)[0], Sample)


def test_labels_recur() -> None:
    labels = [("Is it good?", "positive"), ("Is it bad?", "very negative"), ("Is it dull?", "neutral")]
    for _, label in labels:
        assert isinstance(results("What do they say of the soup?", label, labels)[0], Sample)


@given(st.text(), st.text())
def test_a_share_is_between_nothing_and_all(answer: str, text: str) -> None:
    assert 0 <= shared(answer, text) <= 1
    assert shared(answer, answer) == 1
