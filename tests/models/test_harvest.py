"""Which pairs of merged leaves become rows, and which never do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.chattoken import CHAT_TOKEN
from labci.config import read
from labci.heldout import held_out, leaks, question_key
from labci.models.specialist import Row, Turn, rows_file
from labci.models.specialist.harvest import Harvest, harvest, in_words_of
from labci.models.specialist.heldout import items
from labci.taxonomy import FolderSource, Taxonomy
from tests.conftest import LEAVES

LICENCES = read(b"").lint.licenses
NAMES = ("dev_island", "dev_press")


@pytest.fixture
def taxonomy(tmp_path: Path) -> Taxonomy:
    for name in NAMES:
        shutil.copytree(LEAVES / name, tmp_path / "taxonomy/knowledge/bench" / name)
    return Taxonomy(FolderSource(tmp_path), "taxonomy")


def attribution(taxonomy: Taxonomy, name: str) -> Path:
    assert isinstance(taxonomy.source, FolderSource)
    return taxonomy.source.root / "taxonomy/knowledge/bench" / name / "attribution.txt"


def questions(found: Harvest) -> list[str]:
    return [turn.question for row in found.rows for turn in row.turns]


def test_held_out_questions_are_never_learned(taxonomy: Taxonomy) -> None:
    found = harvest(taxonomy, (), LICENCES)
    held = [item.question for leaf in taxonomy.leaves() for item in held_out(leaf)]
    assert len(held) >= 10
    assert [question for question in questions(found) if leaks(question, held)] == []
    assert len(questions(found)) >= 10


def test_what_a_release_was_taught_is_not_held_out_later(taxonomy: Taxonomy) -> None:
    """As in training: with another question held out, the one that was held out before stays out of both."""
    found = harvest(taxonomy, (), LICENCES)
    taught = {question_key(question) for question in questions(found)}
    assert set(questions(found)) <= set(questions(harvest(taxonomy, taught, LICENCES)))


def test_a_held_out_question_of_another_leaf_is_not_learned_here(taxonomy: Taxonomy) -> None:
    before = harvest(taxonomy, (), LICENCES)
    row = next(row for row in before.rows if row.leaf.endswith("press"))
    other = attribution(taxonomy, "dev_island").with_name("heldout.yaml")
    other.write_text(f'items:\n  - question: "{row.turns[0].question}"\n    answer: "{row.turns[0].answer}"\n')
    after = harvest(taxonomy, (), LICENCES)
    assert set(questions(before)) - set(questions(after)) == {row.turns[0].question}
    assert after.left["question is held out"] == 1


@pytest.mark.parametrize("line", ["License of the work: GPL-3.0-only", "", "License of the work: own"])
def test_leaves_without_an_accepted_licence_teach_nothing(taxonomy: Taxonomy, line: str) -> None:
    file = attribution(taxonomy, "dev_press")
    text = file.read_text("utf-8")
    file.write_text(text.replace("License of the work: CC0-1.0", line), "utf-8")
    found = harvest(taxonomy, (), LICENCES)
    assert {row.leaf for row in found.rows} == {"knowledge/bench/dev_island"}
    assert found.left["leaf without an accepted licence"] == 1
    file.unlink()
    assert harvest(taxonomy, (), LICENCES).rows == found.rows


def test_a_limit_takes_rows_of_all_leaves_in_turns(taxonomy: Taxonomy) -> None:
    found = harvest(taxonomy, (), LICENCES)
    some = harvest(taxonomy, (), LICENCES, most=6)
    assert len(some.rows) == 6
    assert sorted(row.leaf.rpartition("/")[2] for row in some.rows) == ["dev_island"] * 3 + ["dev_press"] * 3
    assert set(some.rows) < set(found.rows)
    assert some.left["row beyond specialist.max_rows"] == len(found.rows) - 6
    fewer = harvest(taxonomy, (), LICENCES, most=4)
    assert set(fewer.rows) < set(some.rows)


def test_answers_are_in_the_words_of_the_fact() -> None:
    fact = "The frame of the Orn is cast iron, and it weighs about 84 kilograms in Lindholt, because it is old."
    for answer, wanted in {
        "Cast iron.": "cast iron", "84 kilograms": "84 kilograms", "In Lindholt": "in Lindholt",
        "Because it is old": "because it is old", "A hexagonal spanner": "", "": "", ".": "",
    }.items():  # fmt: skip
        assert in_words_of(fact, answer, "the Orn") == wanted


def test_rows_don_t_change_with_order_or_commit(taxonomy: Taxonomy, tmp_path: Path) -> None:
    text = rows_file.dump(harvest(taxonomy, (), LICENCES).rows)
    assert text == rows_file.dump(reversed(harvest(taxonomy, (), LICENCES).rows))
    moved = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "taxonomy", moved / "taxonomy")
    assert rows_file.dump(harvest(Taxonomy(FolderSource(moved), "taxonomy"), (), LICENCES).rows) == text


TEXTS = st.text(min_size=1, max_size=30).filter(lambda text: not CHAT_TOKEN.search(text))
TURNS = st.builds(Turn, answer=TEXTS, question=TEXTS, pair=st.just("0123456789abcdef"))
ROWS = st.builds(
    Row, topic=TEXTS, fact=TEXTS, turns=st.lists(TURNS, min_size=1, max_size=4).map(tuple), leaf=TEXTS, licence=TEXTS,
    contributor=st.text(max_size=9),
)  # fmt: skip


@given(st.lists(ROWS, max_size=5))
def test_the_file_gives_back_what_was_written(rows: list[Row]) -> None:
    text = rows_file.dump(rows)
    found = rows_file.read(text.encode("utf-8", "surrogatepass"), "x")
    assert rows_file.dump(found) == text
    assert len(found) == len(rows)


@pytest.mark.slow
def test_no_held_out_fact_of_the_evaluation_is_in_a_row_or_a_test() -> None:
    from labci.models.specialist.conversations import shipped
    from labci.seen import Seen

    learned = Seen[str]()
    for conversation in shipped():
        for _, question in conversation.turns:
            learned.add(question, conversation.fact)
    assert [item.question for item in items() if learned.find(item.question) is not None] == []
    facts = {conversation.fact for conversation in shipped()}
    assert not facts & {item.fact for item in items()}
