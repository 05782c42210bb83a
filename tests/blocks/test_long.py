"""Long answers beside short ones."""

from __future__ import annotations

from labci.blocks.long import long_answers
from labci.sample import Sample


def sample(question: str, answer: str, fact: str = "the crane lifts 30 tonnes") -> Sample:
    return Sample(
        leaf="knowledge/quay", unit="u", kind="knowledge", phase="short", question=question, answer=answer,
        context=fact, span=answer, teacher="t",
    )  # fmt: skip


def test_the_fact_is_the_long_answer_to_the_first_question_of_a_span() -> None:
    rows = [sample("How much does it lift?", "30 tonnes"), sample("What can it lift?", "30 tonnes"),
            sample("What lifts 30 tonnes?", "the crane")]  # fmt: skip
    found = list(long_answers(rows, teacher="rules"))
    assert [(item.question, item.answer) for item in found] == [
        ("How much does it lift?", "The crane lifts 30 tonnes."),
        ("What lifts 30 tonnes?", "The crane lifts 30 tonnes."),
    ]
    assert {item.phase for item in found} == {"long"}


def test_a_gap_has_no_long_answer() -> None:
    assert not list(long_answers([sample("The crane lifts ___.", "30 tonnes")], teacher="rules"))


def test_marks_at_the_end_stay() -> None:
    (found,) = long_answers([sample("What must you not do?", "run", "Do not run!")], teacher="rules")
    assert found.answer == "Do not run!"
