"""Which held-out items share their luck: those of one text, of a leaf of knowledge."""

from __future__ import annotations

import yaml

from labci.heldout import held_out
from labci.leaf import read_leaf

TEXT = "The Orsel is 84 kilometres long.\nIt ends at Lunde."
HELD = [
    {"question": "How far does the Orsel run?", "answer": "84 kilometres", "context": TEXT.replace("\n", " ")},
    {"question": "At which town does the Orsel end?", "answer": "Lunde", "context": TEXT},
    {"question": "Who mapped the Orsel?", "answer": "Ada Lind"},
    {"question": "When was the Orsel mapped?", "answer": "1891"},
]


def clusters(path: str, value: dict[str, object]) -> list[str]:
    data = yaml.safe_dump({"version": 3, "created_by": "tess", **value}).encode()
    return [item.cluster for item in held_out(read_leaf(path, data, yaml.safe_dump({"items": HELD}).encode()))]


def test_items_that_name_a_text_are_of_its_cluster() -> None:
    """With the question held out from a context of the same text; of items without one each is its own."""
    pairs = [{"question": "How long is the Orsel?", "answer": "84 km"}, {"question": "Its end?", "answer": "Lunde"}]
    seeds = [{"context": TEXT, "questions_and_answers": pairs}]
    about = {"domain": "rivers", "document_outline": "The Orsel."}
    found = clusters("knowledge/rivers/orsel", {**about, "seed_examples": seeds})
    assert len(found) == 5
    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 3


def test_an_item_of_a_skill_is_its_own_cluster() -> None:
    seeds = [{"context": TEXT, "question": "How long is it?", "answer": "84 km"}]
    leaf = "compositional_skills/reading/grounded/rivers"
    found = clusters(leaf, {"task_description": "Reading.", "seed_examples": seeds})
    assert len(set(found)) == len(found) == 4
