"""Answers without a question are asked as the fact with a gap."""

from __future__ import annotations

from dataclasses import replace

from labci.blocks.gaps import ask_gaps
from labci.sample import Reject, Sample

FACT = "A carter, Silas Moody, moved them there in nine nights."
TOPICS = {"u": "nine nights", "v": "the Orne Archive"}
SAMPLE = Sample(
    leaf="knowledge/a/b", unit="u", kind="knowledge", phase="short", question="Who moved them?", answer="Silas Moody",
    context=FACT, span="Silas Moody", teacher="t@1", requests=("r",), scores={"match": 0.2},
)  # fmt: skip


def reject(
    reason: str = "not-grounded", *, question: str = SAMPLE.question, context: str = FACT, span: str = "Silas Moody"
) -> Reject:
    sample = replace(SAMPLE, question=question, context=context, span=span)
    return Reject(sample=sample, stage="suits", reason=reason)


def test_a_span_without_a_question_gets_the_gap() -> None:
    """Once, however many questions failed; made by rule, so no request and no score is claimed."""
    (found,) = ask_gaps([], [reject(), reject(question="Whose?")], teacher="rules", topics=TOPICS)
    assert found.question == "A carter, ___, moved them there in nine nights."
    assert (found.answer, found.teacher, found.requests, found.scores) == ("Silas Moody", "rules", (), {})


def test_a_span_that_has_a_question_gets_none() -> None:
    assert list(ask_gaps([SAMPLE], [reject()], teacher="rules", topics=TOPICS)) == []
    assert list(ask_gaps([replace(SAMPLE, unit="v")], [reject()], teacher="rules", topics=TOPICS))


def test_the_shortest_fact_is_asked() -> None:
    """The clause, not the whole sentence that it comes from."""
    whole = "By 1941 the cylinders were in a mine: a carter, Silas Moody, moved them there in nine nights."
    (found,) = ask_gaps([], [reject(context=whole), reject()], teacher="rules", topics=TOPICS)
    assert found.context == FACT


def test_hostile_facts_are_not_asked() -> None:
    assert list(ask_gaps([], [reject("injected")], teacher="rules", topics=TOPICS)) == []
    assert list(ask_gaps([], [reject(span="elsewhere")], teacher="rules", topics=TOPICS)) == []


def test_a_gap_says_what_it_is_about() -> None:
    """ "Three beeps mean ___." of which machine?"""
    (found,) = ask_gaps([], [reject()], teacher="rules", topics={"u": "the Orne Archive"})
    assert found.question == "The Orne Archive: a carter, ___, moved them there in nine nights."
