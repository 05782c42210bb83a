"""What a release was taught is not taught again, unless it is asked of another text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labci.blocks.dedupe import drop_ambiguous, drop_taught
from labci.heldout import question_key
from labci.leaf import Kind
from labci.sample import Reject, Sample

ASKED = "Summarize the text in one sentence."


@pytest.mark.parametrize(
    ("kind", "own", "kept"),
    [("freeform", False, False), ("freeform", True, True), ("grounded", False, True), ("knowledge", False, False)],
)
def test_an_instruction_that_many_leaves_have_is_new_with_each_context(kind: Kind, own: bool, kept: bool) -> None:
    sample = Sample(
        leaf="compositional_skills/x", unit="u", kind=kind, phase="skill", question=ASKED, answer="It is about rain.",
        context="It rained for a week." if kind == "grounded" else None,
    )  # fmt: skip
    taught = {question_key(ASKED)}
    (found,) = drop_taught([sample], taught=taught, own=taught if own else set())
    assert isinstance(found, Reject) is not kept


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        (("9.00", "10.30"), 0),  # of two days, which the question leaves out
        (("a brass bell", "A bell"), 2),
        (("5 metres", "15 metres"), 0),
        (("a red lamp", "red lamps"), 2),
        (("nine",), 1),
    ],
)
def test_what_is_asked_for_two_answers_asks_for_neither(answers: tuple[str, ...], kept: int) -> None:
    asked = "When do lights go out at Marrow Quay?"
    samples = [
        Sample(leaf="x", unit="u", kind="knowledge", phase="short", question=asked, answer=text) for text in answers
    ]
    found = list(drop_ambiguous([*samples, replace(samples[0], question="What is sold?")]))
    assert sum(isinstance(item, Sample) for item in found) == kept + 1
    assert {item.reason for item in found if isinstance(item, Reject)} <= {"not-self-contained"}
