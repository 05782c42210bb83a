"""The held-out facts, the measures on them, and a whole evaluation of a tiny specialist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import models, schema
from labci.models.specialist import Specialist, evaluate, measures, place
from labci.models.specialist.heldout import Item, items
from tests.conftest import LEAVES, Labci
from tests.lm.say import Said
from tests.main_job import worlds

COMMON = {"Fort", "Great", "Guild", "House", "Island", "Library", "Street"}  # of names, but none themselves
ITEM = Item(
    kind="x", topic="the Orn 5", fact="The Orn 5 has 12 red wheels, which Ada Plim made in Soll.", answer="12",
    question="How many wheels does the Orn 5 have?", others=("Ada Plim", "in Soll"),
)  # fmt: skip


def test_held_out_items_keep_their_rules() -> None:
    assert len({item.fact for item in items()}) >= 80
    assert len(items()) >= 200
    assert len({item.kind for item in items()}) >= 8
    for item in items():
        assert re.search(rf"(?<!\w){re.escape(item.answer)}(?!\w)", item.fact), item
        assert item.others, item
        question = item.question
        assert measures.names_copied(question, item), item
        assert measures.well_formed(question, item), item
        assert measures.stands_alone(question, item), item


def test_held_out_names_are_in_no_test_document() -> None:
    documents = [file.read_text("utf-8") for file in sorted(LEAVES.glob("*/document.md"))]
    text = " ".join([*documents, worlds.read("document.md")])
    topics = {word for item in items() for word in re.findall(r"[A-Z]\w{3,}", item.topic)} - COMMON
    assert [name for name in sorted(topics) if re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize(
    ("question", "names", "form", "alone"),
    [
        ("How many wheels does the Orn 5 have?", True, True, True),
        ("How many wheels does the Orm 5 have?", False, True, False),
        ("How many wheels does the Orn 6 have?", False, True, True),
        ("Has the Orn 5 got 12 red wheels?", True, False, True),
        ("How many of the 12 wheels of the Orn 5 are red?", True, False, True),
        ("How many wheels are there in this text?", True, False, False),
        ("How many wheels does the Orn 5 have? And why?", True, False, True),
        ("How many wheels does the machine have?", True, True, False),
        ("", True, False, False),
    ],
)
def test_what_a_question_is_measured_by(question: str, names: bool, form: bool, alone: bool) -> None:
    assert measures.names_copied(question, ITEM) is names
    assert measures.well_formed(question, ITEM) is form
    assert measures.stands_alone(question, ITEM) is alone


def test_question_words_against_those_of_the_reference() -> None:
    reference = "How long does the Orn 5 run?"
    for question, fits in {
        "For how many hours does it run?": True, "When does it stop?": True, "What is its running time?": True,
        "Who made it?": False, "Where was it made?": False, "Why does it run?": False,
    }.items():  # fmt: skip
        assert measures.same_kind(question, reference) is fits, question


def test_recall_goes_by_content_words_beside_the_topic() -> None:
    assert measures.recall(ITEM.question, ITEM) == 1.0
    assert measures.recall("Who made the Orn 5?", ITEM) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), min_size=1, max_size=40))
def test_an_interval_is_around_its_mean(pairs: list[tuple[float, str]]) -> None:
    values, facts = [value for value, _ in pairs], [fact for _, fact in pairs]
    found = measures.estimate(values, facts)
    assert found.value == pytest.approx(sum(values) / len(values))
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert measures.estimate(values, facts) == found


def test_items_of_one_fact_don_t_count_as_many() -> None:
    """Ten copies of each of ten facts tell no more than the ten facts."""
    values = [float(n % 2) for n in range(10)]
    names = [str(n) for n in range(10)]
    once = measures.estimate(values, names)
    often = measures.estimate(
        [value for value in values for _ in range(10)], [name for name in names for _ in range(10)]
    )
    assert (often.low, often.high) == (once.low, once.high)


@pytest.mark.slow
def test_a_whole_evaluation(
    monkeypatch: pytest.MonkeyPatch, labci: Labci, repository: Path, tiny_base: Path, own_cache: Path, few_rows: None
) -> None:
    own = Specialist(base=str(tiny_base))
    folder = models.build_specialist(own, Said())
    (repository / "labci.yaml").write_text(f"specialist: {{base: {tiny_base}}}\n")
    part = labci("-C", repository, "teachers", "evaluate", "--limit", "2")
    assert part.code == 0, part.err
    assert "not kept" in part.out
    assert not (folder / evaluate.QUESTIONS).exists()
    monkeypatch.setattr("labci.models.specialist.evaluate.items", lambda: items()[:9])
    monkeypatch.setattr("labci.models.specialist.evaluate.MAX_TOKENS", 6)
    ended = labci("-C", repository, "teachers", "evaluate", "--compare", "base", "--format", "json")
    value = json.loads(ended.out)
    assert list(schema.validator("teacher-evaluation").iter_errors(value)) == []
    assert value["digest"] == place.digest_of(own)
    found = {model["model"]: model["metrics"] for model in value["models"]}
    assert list(found) == ["specialist", "base", "reference"]
    for name in ("kind", "names", "form", "alone", "recall"):
        assert found["reference"][name]["value"] == 1.0, name
    assert found["specialist"]["score"]["value"] == 0.0  # eight rows teach a random model nothing
    assert found["specialist"]["nll"]["value"] > 0
    assert len((folder / evaluate.QUESTIONS).read_text("utf-8").splitlines()) == 9
    shown = labci("-C", repository, "teachers", "show")
    assert "0.00 [0.00, 0.00] on 9 held-out items" in shown.out
    assert labci("-C", repository, "teachers", "evaluate", "--compare", "x").code == 2


class Interrupting(Said):
    """Ctrl-C as soon as a line has these words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def say(self, text: str) -> None:
        super().say(text)
        if self.words in text:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_an_evaluation_that_was_cut_off_goes_on(
    monkeypatch: pytest.MonkeyPatch, tiny_base: Path, own_cache: Path, few_rows: None
) -> None:
    own = Specialist(base=str(tiny_base))
    folder = models.build_specialist(own, Said())
    monkeypatch.setattr("labci.models.specialist.evaluate.items", lambda: items()[:4])
    monkeypatch.setattr("labci.models.specialist.evaluate.MAX_TOKENS", 6)
    with pytest.raises(KeyboardInterrupt):
        evaluate.evaluate(own, Interrupting("base writes"), compare=True)
    said = Said()
    value = evaluate.evaluate(own, said, compare=True)
    assert [model["model"] for model in value["models"]] == ["specialist", "base", "reference"]
    assert not any("specialist writes" in line for line in said.lines)
    assert not (folder / evaluate.WORK).exists()
    again = Said()
    assert evaluate.evaluate(own, again)["models"][0] == value["models"][0]
    assert any("specialist writes" in line for line in again.lines)
