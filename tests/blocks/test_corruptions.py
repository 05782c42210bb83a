"""What the judges that drop candidates are calibrated on: rows that break just what each of them judges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from labci.blocks.beside import asked_sort, beside, sort_of
from labci.blocks.calibration import MIN_PAIRS
from labci.blocks.unclear import common_words, unclear
from labci.blocks.unfit import FOREIGN, cut, unfit
from tests.conftest import LEAVES

ROOT = Path(__file__).parents[2]
SKILLS = [LEAVES / "gen_skill" / "qna.yaml", *sorted((ROOT / "taxonomy/compositional_skills").rglob("qna.yaml"))]
KNOWLEDGE = sorted({*LEAVES.glob("*/qna.yaml"), *(ROOT / "taxonomy/knowledge").rglob("qna.yaml")} - {SKILLS[0]})
PRESS = [
    "How much does the Garrow M6 weigh?",
    "What is the Garrow M6's basket made of?",
    "Where is the Garrow M6 made?",
]


def seeds(file: Path) -> list[Any]:
    found: list[Any] = yaml.safe_load(file.read_text("utf-8"))["seed_examples"]
    return found


def taught(file: Path) -> list[tuple[str, str, str]]:
    """(context, question, answer) of two pairs of three of each context, as many as may be taught."""
    pairs = [pair for seed in seeds(file) for pair in seed["questions_and_answers"][:2]]
    return [("", pair["question"], pair["answer"]) for pair in pairs]


def test_a_name_becomes_a_word_that_leaves_open_what_is_meant() -> None:
    first, second, third = ([*unclear(text, ())] for text in PRESS)
    assert first[:3] == [
        "How much does it weigh?", "How much does this thing weigh?", "According to the text, how much does it weigh?",
    ]  # fmt: skip
    assert second[0] == "What is its basket made of?"
    assert not [text for text in (*first, *second, *third) if "Garrow" in text or "M6" in text]


def test_what_a_leaf_is_about_is_a_name_in_small_letters_too() -> None:
    texts = ["What does labci turn into a model?", "Who wrote labci?", "Where does labci keep models?"]
    assert common_words(texts) == {"labci"}
    assert next(unclear(texts[1], common_words(texts))) == "Who wrote it?"
    assert common_words(texts[:2]) == frozenset(), "of two questions nothing can be told"


def test_a_question_without_a_name_only_points_at_a_text() -> None:
    assert [*unclear("What is kept in the shed in October?", ())] == [
        "According to the text, what is kept in the shed in October?"
    ]


@pytest.mark.parametrize(("question", "answer", "wants", "is_"), [
    ("How many berths has it?", "14", "number", "number"),
    ("When is the auction?", "On Fridays", "number", "number"),
    ("Why is it early?", "Because the boats return at dawn", "reason", "reason"),
    ("Who built it?", "Ada Thornley", "thing", "thing"),
    ("Is it open?", "No, it is not", "yes or no", "yes or no"),
])  # fmt: skip
def test_what_is_asked_and_what_is_said_are_of_a_sort(question: str, answer: str, wants: str, is_: str) -> None:
    assert (asked_sort(question), sort_of(answer)) == (wants, is_)


def test_an_irrelevant_answer_is_of_another_sort_or_says_more_or_nothing() -> None:
    rows = [("", "How many berths has it?", "14"), ("", "Who built it?", "Ada Thornley"), ("", "Who else?", "Bo Keld")]
    wrong = [row for row in beside(rows, 3) if row[1] == rows[0][1]]
    assert {row[2] for row in wrong} <= {
        "Ada Thornley", "Bo Keld", "14. Ada Thornley", "14. Bo Keld", "How many berths has it?",
    }  # fmt: skip
    assert len({row[2] for row in wrong}) == 3
    of_builder = [row[2] for row in beside(rows, 9) if row[1] == rows[1][1]]
    assert "Bo Keld" not in of_builder, "a name is what was asked for, true or not"


def test_a_changed_pair_changes_the_rows_that_it_stands_in_and_no_others() -> None:
    rows = taught(LEAVES / "dev_press" / "qna.yaml")
    changed = [(rows[0][0], "How heavy is the Garrow M6?", rows[0][2]), *rows[1:]]
    before, after = set(beside(rows, 4)), set(beside(changed, 4))
    assert before != after
    assert {row[1] for row in before ^ after} == {rows[0][1], changed[0][1]}


@pytest.mark.parametrize("file", KNOWLEDGE, ids=lambda file: file.parent.name)
def test_leaves_of_the_usual_size_give_rows_enough(file: Path) -> None:
    """Each pair gives its share of forty: so many as `labci.marking` asks for."""
    rows = taught(file)
    each = -(-40 // len(rows))
    common = common_words([question for _, question, _ in rows])
    asked = {text for _, question, _ in rows for text in [*unclear(question, common)][:each]}
    assert len(asked - {question for _, question, _ in rows}) >= MIN_PAIRS
    assert len(set(beside(rows, each)) - set(rows)) >= MIN_PAIRS


@pytest.mark.parametrize("file", SKILLS, ids=lambda file: file.parent.name)
def test_skills_of_the_usual_size_give_rows_enough(file: Path) -> None:
    value = yaml.safe_load(file.read_text("utf-8"))
    rows = [(seed.get("context", ""), seed["question"], "") for seed in value["seed_examples"]]
    wrong = set(unfit(value["task_description"], rows, -(-40 // len(rows))))
    assert len(wrong - set(rows)) >= MIN_PAIRS


def test_an_instruction_is_cut_off_before_what_it_is_about() -> None:
    assert cut('Say this simply: "The lift is not to be used."') == ["Say this simply:", "Say this"]
    assert cut("Please write about the late lamp") == ["Please write", "Please write about"]
    assert cut("Go on") == []


def test_a_task_is_not_told_from_what_may_be_one_of_it() -> None:
    wrong = {text for _, text, _ in unfit("Translate a sentence into Spanish", [("", "Auf Englisch: Hallo", "")], 2)}
    assert not [text for text in wrong if "Spanish" in text]
    assert len(wrong & set(FOREIGN)) > 20


def test_with_a_context_the_instruction_alone_cannot_be_answered() -> None:
    rows = [("Notes: Bo brings the rope.", "Who does what?", "Bo: the rope")]
    wrong = list(unfit("List the actions of notes", rows, 3))
    assert wrong[0] == ("", "Who does what?", "")
    assert [context for context, _, _ in wrong[1:]] == ["Notes: Bo brings the rope."] * 2
