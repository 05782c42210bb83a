"""What the store keeps of a unit: all that its run made of it, however often and wherever it was met."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_json
from labci.documents import Document
from labci.generate import generate
from labci.job import Job
from labci.units import units
from labci.work import Opened, works
from tests.conftest import put
from tests.generate.conftest import FLOWS, Place, leaf_entry, quiz, rows
from tests.lm.say import Said
from tests.servers.chat import Body, Trouble, completion
from tests.servers.lab import Large

SAFETY = "## Safety\n\nThe quay gate is shut at 9 on Mondays, because the guard Tilda Brock leaves then.\n\n"
CHAPTERS = "# Marrow Quay\n\n" + "".join(
    f"## Chapter\n\nThe {name} crane lifts {number} tonnes.\n\n{SAFETY}"
    for number, name in enumerate(("red", "blue", "grey"), 12)
)


def accounted(job: Job) -> None:
    """The store holds each row of the run once, and nothing else."""
    leaves = read_json(job.run / "generation.json")["leaves"]
    entries: list[Any] = [
        job.store.get("samples", key) for key in {key for leaf in leaves for key in leaf["units_keys"]}
    ]
    assert entries
    for name, kind in (("samples.jsonl", "samples"), ("rejects.jsonl", "rejects")):
        found = [{**row, "leaf": ""} for row in rows(job, name)]
        assert in_order(row for entry in entries for row in entry[kind]) == in_order(found)


def in_order(found: Iterable[dict[str, Any]]) -> list[str]:
    """Rows that can be compared."""
    return sorted(json.dumps(row, sort_keys=True) for row in found)


@pytest.fixture
def manual(place: Place, git_commit: Callable[[Path], None]) -> Place:
    """A document that says one paragraph three times, met in a batch of its own each time."""
    put(place.folder, "documents/quay.md", CHAPTERS)
    git_commit(place.folder)
    return place


@pytest.mark.slow
def test_a_paragraph_that_stands_three_times_keeps_its_samples(manual: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labci.generate.sifting.BATCH", 1)
    job = manual.job()
    generate(job)
    assert any(row["answer"] == "Tilda Brock" for row in rows(job, "samples.jsonl"))
    keys = leaf_entry(job)["units_keys"]
    assert len(keys) == len(set(keys))
    accounted(job)


def test_a_leaf_has_each_unit_once(manual: Place) -> None:
    job = manual.job()
    (work,) = works(job, Opened(job=job))
    document = Document(repo=".", commit="c", path="documents/quay.md", sha256="", text=CHAPTERS)
    found = [unit.digest for unit in units(work.leaf, [document, document])]
    assert len(found) == len(set(found)) == 4 + len(work.leaf.seeds)


@pytest.mark.slow
@pytest.mark.parametrize("per_span", [1, 3])
def test_two_leaves_of_one_document_lose_nothing(
    manual: Place, git_commit: Callable[[Path], None], per_span: int
) -> None:
    """And a run with other settings replaces what the one before has stored."""
    leaf = json.loads((manual.folder / "taxonomy/knowledge/quay/qna.yaml").read_text())
    for seed in leaf["seed_examples"]:
        for pair in seed["questions_and_answers"]:
            pair["question"] = pair["question"].replace("?", " today?")
    put(manual.folder, "taxonomy/knowledge/other/qna.yaml", json.dumps(leaf, indent=1))
    git_commit(manual.folder)
    generate(manual.job(run="first"))
    job = manual.job(run="second", flags={"generate.samples_per_span": per_span})
    generate(job)
    first, second = read_json(job.run / "generation.json")["leaves"]
    assert set(first["units_keys"]) & set(second["units_keys"])
    assert "duplicate-in-tree" in second["rejects"]
    accounted(job)


@pytest.mark.slow
def test_a_seed_that_no_document_says_keeps_its_own_pairs(manual: Place) -> None:
    """Where a large teacher is asked of it, too, its unit is named after the style of its questions."""
    manual.teacher.answer = Large()
    generate(job := manual.job(flags=dict.fromkeys(FLOWS, "large")))
    own = [row for row in rows(job, "samples.jsonl") if row["teacher"] == "contributor"]
    assert len(own) == 4
    accounted(job)


@pytest.mark.slow
def test_answers_of_another_model_under_the_same_name_are_told(
    place: Place, git_commit: Callable[[Path], None]
) -> None:
    """Between two runs the served model changed; what is new is the new one's, and both are named."""

    def answering(model: str) -> Callable[[Body], Trouble]:
        return lambda body: Trouble(body=completion(quiz(body), model=model))

    place.teacher.answer = answering("weights-1")
    first = place.job()
    generate(first)
    before = read_json(first.run / "generation.json")["answered_by"]["quiz"]
    assert set(before) == {"weights-1"}
    put(place.folder, "documents/quay.md", (place.folder / "documents/quay.md").read_text() + SAFETY)
    git_commit(place.folder)
    place.teacher.answer = answering("weights-2")
    said = Said()
    second = replace(place.job(run="second"), progress=said)
    generate(second)
    after = read_json(second.run / "generation.json")["answered_by"]["quiz"]
    assert after["weights-1"] == before["weights-1"]
    assert after["weights-2"] > 0
    assert [line for line in said.lines if "of weights-1" in line and "of weights-2" in line]
