"""The benches on real parts made small: a tiny student, a chat server for a teacher, real labci commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labci.artifact import read_json, read_jsonl
from labci.blocks.seeds import TEACHER as CONTRIBUTOR
from labci.flows.answer_first import RULES
from labci.sample import Sample
from scripts.benches import blame, labels, one_prompt, teach, train, ways
from scripts.benches.cells import Cells
from scripts.benches.excerpt import excerpt_files
from scripts.benches.opened import opened
from scripts.benches.recall import Question, questions
from scripts.benches.repository import put, start
from tests.conftest import LEAVES, Labci
from tests.main_job.worlds import other_world
from tests.servers.chat import Chat


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Q: What is it?\nA: A cat.\n\nQ: Who came?\nA: Ada", [("What is it?", "A cat."), ("Who came?", "Ada")]),
        ("1. What is it? A cat.\n2. Who came?\nAnswer: Ada", [("What is it?", "A cat."), ("Who came?", "Ada")]),
        ("**Question 1:** What is it?\n**Answer:** A cat", [("What is it?", "A cat")]),
        ("Q1: Say it politely: Go.\nA1: Would you go, please?", [("Say it politely: Go.", "Would you go, please?")]),
        ("Q: What is it? A: A cat.", [("What is it?", "A cat.")]),
        ("Here they are:\n\nWhat is it?\n- A cat", [("What is it?", "A cat")]),
        ("Q: What is it?\nQ: Who came?\nA: Ada", [("Who came?", "Ada")]),
        ("nothing of the kind", []),
    ],
)  # fmt: skip
def test_pairs_are_read_leniently(text: str, found: list[tuple[str, str]]) -> None:
    assert one_prompt.pairs(text) == found


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(question and answer for question, answer in one_prompt.pairs(text))


WORD = st.from_regex(r"[b-p]{3,8}", fullmatch=True)


@given(st.lists(st.tuples(WORD, WORD), max_size=5))
def test_what_is_written_as_asked_is_read_back(wanted: list[tuple[str, str]]) -> None:
    text = "\n".join(f"Q: What is {question}?\nA: {answer}" for question, answer in wanted)
    assert one_prompt.pairs(text) == [(f"What is {question}?", answer) for question, answer in wanted]


def test_the_bad_leaf_contradicts_all_that_is_held_out_of_the_earlier_one() -> None:
    text = blame.earlier_files()[f"taxonomy/knowledge/bench/{blame.OLD}/heldout.yaml"]
    answers = [item["answer"] for item in yaml.safe_load(text)["items"]]
    assert len(answers) == len(blame.KNOWN) == len(set(answers))
    assert not [answer for answer in answers if other_world(answer) == answer]


@pytest.mark.slow
@pytest.mark.parametrize("name", blame.HONEST)
def test_an_excerpt_is_a_smaller_leaf_that_lint_accepts(name: str, tmp_path: Path, labci: Labci) -> None:
    start(tmp_path / "repository")
    files = excerpt_files(name)
    put(tmp_path / "repository", name, files)
    whole, cut = (LEAVES / name / "document.md").read_text("utf-8"), files[f"documents/{name}.md"]
    assert 0.3 * len(whole) < len(cut) < 0.6 * len(whole)
    found = json.loads(labci("-C", tmp_path / "repository", "lint", "--format", "json").out)
    assert [item for item in found["diagnostics"] if name in item["path"]] == []
    answers = [item["answer"] for item in yaml.safe_load(next(t for p, t in files.items() if "heldout" in p))["items"]]
    assert 7 <= len(answers) < 30


@pytest.mark.parametrize("fast", [True, False])
def test_training_is_held_against_what_the_machine_is_fast_at(fast: bool) -> None:
    """Emulated bfloat16 is no rival: without units for it the table has no such row and no such column."""
    rows = train.ways(bfloat16=fast)
    found = {way: {"samples": 8, "seconds": 2.0 + n, "nll": 1.0, "peak": 2048} for n, way in enumerate(rows)}
    head = train.head("bfloat16" if fast else "float32")
    assert [len(train._row(way, found)) for way in rows] == [len(head)] * len(rows)
    assert any("bf16" in way for way in rows) == fast
    assert ("times TRL in bfloat16" in head) == fast
    assert train._row("labci", found)[:3] == ["labci", 4.0, 1.5]


def test_prompts_of_a_document_and_of_a_skill() -> None:
    assert len(list(one_prompt.prompts(LEAVES / "dev_press"))) == 7
    assert all("polite" in text for text in one_prompt.prompts(LEAVES / "gen_skill"))


def test_what_counts_as_answered() -> None:
    asked = Question(question="How long?", accept=("9 min", "nine min"))
    assert asked.right("For 9 minutes.")
    assert asked.right("NINE minutes")
    assert not asked.right("For 19 hours")


def test_cells_are_kept(tmp_path: Path) -> None:
    cells = Cells(tmp_path / "new" / "cells.json")
    assert "a" not in cells
    cells.put("a", {"answered": 3})
    again = Cells(tmp_path / "new" / "cells.json")
    assert again["a"] == {"answered": 3}


def test_shares_of_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"leaf": "x", "question": "What is it?", "answer": "A cat", "grounded": True, "good": False}
    (tmp_path / "labels.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.setattr(labels, "FILE", tmp_path / "labels.jsonl")
    asked = Sample(leaf="x", unit="u", kind="knowledge", phase="short", question="What is it?", answer="a cat")
    other = Sample(leaf="x", unit="u", kind="knowledge", phase="short", question="What else?", answer="a cat")
    assert labels.share("x", [asked, other]) == labels.Share(labelled=1, grounded=1, good=0)
    assert str(labels.share("y", [asked])) == "no labels"


@pytest.fixture
def bench(place: Path, teacher: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labci: Labci) -> Path:
    """A work folder whose repository of dev_press has a tiny student and a teacher on loopback."""
    (tmp_path / "bench" / "dev_press").mkdir(parents=True)
    place.rename(tmp_path / "bench" / "dev_press" / "repository")
    leaf = tmp_path / "bench" / "dev_press" / "repository" / "taxonomy" / "knowledge" / "bench" / "dev_press"
    assert leaf.exists()
    for name, value in {
        "OPENAI_BASE_URL": teacher.url, "OPENAI_API_KEY": "none", "PYTHONPATH": str(Path.cwd()),
        "LABCI_BENCH": str(tmp_path / "bench"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    # In this process, where torch is imported once for all commands.
    monkeypatch.setattr(teach, "labci", lambda repository, *arguments: labci("-C", repository, *arguments).code)
    return tmp_path / "bench"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_teach_goes_on_where_it_was(
    bench: Path,
    teacher: Chat,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Seeds are trained on and asked about; a second call does the other ways only, from the same answers."""
    monkeypatch.setattr(sys, "argv", ["bench", "teach", "--ways", "seeds", "--", "dev_press"])
    assert teach.main() == 0
    asked, first = len(teacher.asked), Cells(bench / "teach.json")["dev_press seeds"]
    assert (first["of"], first["samples"]) == (len(questions("dev_press")), 10)
    monkeypatch.setattr(sys, "argv", ["bench", "teach", "--ways", "seeds", "rules", "default", "--", "dev_press"])
    assert teach.main() == 0
    cells = Cells(bench / "teach.json")
    assert cells["dev_press seeds"] == first
    assert len(teacher.asked) == asked
    assert min(cells["dev_press rules"]["samples"], cells["dev_press default"]["samples"]) > 10  # the seeds and more
    assert "of 30" in capfd.readouterr().out
    assert not list(bench.rglob("checkpoint"))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ways_come_from_one_generation(bench: Path) -> None:
    repository = bench / "dev_press" / "repository"
    run = teach.default_run(repository)
    kept = [Sample.from_json(row) for row in read_jsonl(run / "samples.jsonl")]
    rejects = list(read_jsonl(run / "rejects.jsonl"))
    found = {way: ways.samples(way, run, repository, "dev_press") for way in ("seeds", "rules", "unfiltered")}
    assert {item.teacher for item in found["seeds"]} == {CONTRIBUTOR}
    assert {item.teacher for item in found["rules"]} == {CONTRIBUTOR, RULES}
    assert len(found["rules"]) >= sum(item.teacher in (CONTRIBUTOR, RULES) for item in kept)
    written = list(ways.written(run, kept, rejects))
    assert {item.id for item in found["unfiltered"]} == {item.id for item in [*found["seeds"], *written]}
    folder = ways.run_folder("rules", run, found["rules"])
    assert sum(1 for _ in read_jsonl(folder / "samples.jsonl")) == len(found["rules"])
    assert read_json(folder / "run.json") == read_json(run / "run.json")
    assert 20 < opened(repository, run).sentences() < 60
