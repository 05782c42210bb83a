"""What a release was taught is not taught again, unless it is asked of another text."""

from __future__ import annotations

import pytest

from labci.blocks.dedupe import drop_taught
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
