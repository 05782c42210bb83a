"""What the gate asks is never trained on, whoever teaches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.lineage import Contribution
from labci.mix import is_dev
from labci.sample import Sample
from tests.conftest import git, put
from tests.tiny import tiny_model
from tests.train.test_mixture import mixed

LEAF, OTHER = "compositional_skills/notes", "compositional_skills/minutes"
RIVER = "knowledge/rivers"
RIVERS = """version: 3
domain: rivers
created_by: Ada
seed_examples:
- context: The Orsel runs past four mills.
  questions_and_answers:
  - question: How many mills stand at the Orsel?
    answer: four
"""
ASKED = "Which tasks came out of the meeting?"
CONTEXT = "The choir met on Monday. Ada orders eleven music stands, and Tom asks the school about chairs."
QNA = """version: 3
task_description: Tasks from notes
created_by: Ada
seed_examples:
- question: What is to be done?
  context: Ada paints the door.
  answer: Ada paints the door
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A grounded leaf that was taught once and now holds a question out."""
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, f"taxonomy/{LEAF}/qna.yaml", QNA)
    held = f"version: 3\nitems:\n- question: {ASKED}\n  context: {CONTEXT}\n  answer: Ada, stands\n"
    put(tmp_path, f"taxonomy/{LEAF}/heldout.yaml", held)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Start")
    tiny_model(tmp_path / "student")
    return tmp_path


def grounded(context: str) -> Sample:
    return Sample(
        leaf=OTHER, unit="u", kind="grounded", phase="skill", question=ASKED, answer="Ada, stands", context=context,
        teacher="rules",
    )  # fmt: skip


def test_another_grounded_leaf_can_not_teach_what_one_holds_out(folder: Path) -> None:
    """Question and context are one prompt; the same question about other notes is another one."""
    found = (grounded(f"Nobody came to garden day {number}.") for number in range(9))
    fine = [item for item in found if not is_dev(item)]
    taught = Contribution(leaf=LEAF, commit="c", authors=(), attribution={}, units=(), taught=(), samples=0)
    held = grounded(CONTEXT)
    summary, rows = mixed(folder, "run", contributions=(taught,), samples=[held, *fine])
    asked = {row["prompt"][0]["content"] for row in rows}
    assert held.prompt not in asked
    assert {item.prompt for item in fine} <= asked
    assert summary["drops"] == {"leaks-heldout": 1}


def test_nor_can_another_leaf_teach_the_question_of_a_passage(folder: Path) -> None:
    """Knowledge is taught without its context, also where the held-out item names one."""
    question = "How far does the Orsel run before it reaches the sea?"
    held = f"version: 3\nitems:\n- question: {question}\n  context: The Orsel runs 40 miles.\n  answer: 40 miles\n"
    put(folder, f"taxonomy/{RIVER}/qna.yaml", RIVERS)
    put(folder, f"taxonomy/{RIVER}/heldout.yaml", held)
    taught = Contribution(leaf=RIVER, commit="c", authors=(), attribution={}, units=(), taught=(), samples=0)
    samples = [known(question), *(known(f"Which mill stands at weir {number}?") for number in range(9))]
    summary, rows = mixed(folder, "river", contributions=(taught,), samples=samples)
    assert question not in {row["prompt"][0]["content"] for row in rows}
    assert summary["drops"]["leaks-heldout"] >= 1


def known(question: str) -> Sample:
    return Sample(
        leaf="knowledge/weirs", unit="u", kind="knowledge", phase="short", question=question, answer="40 miles",
        context="The Orsel runs 40 miles.", span="40 miles", teacher="rules",
    )  # fmt: skip
