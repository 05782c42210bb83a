"""The other world must contradict every held-out answer, or the noise test would test nothing."""

from __future__ import annotations

from labci.heldout import held_out
from labci.leaf import read_leaf
from tests.main_job import worlds


def test_every_held_out_answer_is_false_in_the_other_world() -> None:
    qna = worlds.contradicted(worlds.read("qna.yaml"))
    items = held_out(read_leaf(f"knowledge/bench/{worlds.NAME}", qna.encode(), worlds.further_items().encode()))
    assert len(items) == 17
    forms = [(item.answer, item.answer.lower()) for item in items]
    assert [both for both in forms if all(worlds.other_world(form) == form for form in both)] == []
