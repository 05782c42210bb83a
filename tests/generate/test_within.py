"""A sample of a document names the seed whose context its passage lies in, and costs nothing for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_json
from labci.generate import generate
from labci.job import Job
from labci.lineage import Released
from tests.conftest import git, put
from tests.generate.conftest import DOCUMENT, FLOWS, PAIRS, Place, leaf_entry, rows
from tests.generate.test_generate import taught_of
from tests.servers.lab import Large

LEAF = "taxonomy/knowledge/quay/qna.yaml"
HARBOUR, FISH = DOCUMENT.split("\n\n")[2::2]  # the paragraphs; a heading stands above each
FIRST = HARBOUR.split(". ")[0] + "."
Commit = Callable[[Path], None]


def leaf(place: Place, commit: Commit, *contexts: str, pairs: Any = PAIRS, path: str = LEAF) -> None:
    """The leaf with these contexts; the pairs of the first two are those of the other tests."""
    value = json.loads((place.folder / LEAF).read_text())
    more = [[(f"What is {what} of number {n}?", f"{what} {n}") for what in ("above", "below")] for n in range(9)]
    value["seed_examples"] = [
        {"context": context, "questions_and_answers": [{"question": q, "answer": a} for q, a in asked]}
        for context, asked in zip(contexts, [*pairs, *more], strict=False)
    ]
    put(place.folder, path, json.dumps(value, indent=1))
    commit(place.folder)


def run(place: Place, name: str = "run", **more: Any) -> Job:
    job = place.job(run=name, **more)
    generate(job)
    return job


def made(job: Job) -> list[dict[str, Any]]:
    """Samples and rejects that are of a document; there are some of each."""
    samples, rejects = (
        [row for row in rows(job, f"{name}.jsonl") if row["document"]] for name in ("samples", "rejects")
    )
    assert samples
    assert rejects
    return samples + rejects


def named(place: Place, job: Job) -> dict[str, int | None]:
    """First words of each passage that something was made of: the number of the seed that is named, if one is."""
    digests = [seed.digest for seed in job.taxonomy.leaf("knowledge/quay").seeds]
    found: dict[str, set[str | None]] = {}
    for row in made(job):
        at = row["document"]
        text = (place.folder / at["path"]).read_text()[at["start"] : at["end"]]
        found.setdefault(" ".join(text.split()[:3]), set()).add(row["seed"])
    assert all(len(seeds) == 1 for seeds in found.values()), "rows of one passage name several seeds"
    return {words: digests.index(seed) if seed else None for words, (seed,) in found.items()}


def test_what_lies_in_a_context_names_its_seed_and_what_does_not_names_none(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, "The quay is old.", FISH)
    job = run(place)
    assert named(place, job) == {"Marrow Quay is": None, "The auction starts": 1}
    kept = [row for row in rows(job, "samples.jsonl") if row["document"] and row["seed"]]
    dropped = [row for row in rows(job, "rejects.jsonl") if row["document"] and row["seed"]]
    assert kept
    assert dropped


def test_a_passage_that_goes_beyond_the_context_is_not_inside(place: Place, git_commit: Commit) -> None:
    """The context is the first of its three sentences, and the other ends in the middle of it."""
    leaf(place, git_commit, FIRST, f"{DOCUMENT.split(HARBOUR)[0].strip()}\n\n{FIRST}")
    assert named(place, run(place)) == {"Marrow Quay is": None, "The auction starts": None}


@pytest.mark.slow
def test_a_context_may_be_set_in_another_way_and_hold_several_passages(place: Place, git_commit: Commit) -> None:
    whole = "Harbour\n" + " \n ".join(HARBOUR.split()) + "\n\n> **Fish**\n\n> " + FISH
    leaf(place, git_commit, whole)
    assert named(place, run(place)) == {"Marrow Quay is": 0, "The auction starts": 0}


@pytest.mark.slow
def test_the_first_seed_that_holds_a_passage_is_named(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, FIRST, HARBOUR, f"{HARBOUR}\n\n## Fish\n\n{FISH}")
    assert named(place, run(place)) == {"Marrow Quay is": 1, "The auction starts": 2}


@pytest.mark.slow
def test_an_entry_of_a_list_lies_in_a_context_without_its_mark(place: Place, git_commit: Commit) -> None:
    entry = "The ice house of Marrow Quay holds 40 tonnes of ice."
    put(place.folder, "documents/quay.md", f"{DOCUMENT}\n## Houses\n\n1. {entry}\n2. The salt house has 7 windows.\n")
    leaf(place, git_commit, "The quay is old.", entry)
    found = named(place, run(place))
    assert (found["1. The ice"], found["2. The salt"]) == (1, None)


@pytest.mark.slow
def test_each_document_is_looked_at(place: Place, git_commit: Commit) -> None:
    """What a context quotes from one document is no passage of another that has the same words in another place."""
    other = "The salt house of Marrow Quay has 7 windows.\n\nThe ice house of Marrow Quay holds 40 tonnes of ice."
    put(place.folder, "documents/quay.md", f"{DOCUMENT}\n## Salt\n\nThe salt house of Marrow Quay has 7 windows.\n")
    put(place.folder, "documents/store.md", f"# Marrow Quay\n\n{other}\n")
    value = json.loads((place.folder / LEAF).read_text())
    value["document"]["patterns"] = ["documents/*.md"]
    put(place.folder, LEAF, json.dumps(value))
    leaf(place, git_commit, "The quay is old.", other)
    job = run(place)
    salt = {row["document"]["path"]: row["seed"] for row in made(job) if "salt" in row["context"]}
    seed = job.taxonomy.leaf("knowledge/quay").seeds[1].digest
    assert salt == {"documents/quay.md": None, "documents/store.md": seed}


@pytest.mark.slow
def test_an_edited_context_is_not_found_and_asks_nothing(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, "The quay is old.", FISH)
    first = run(place)
    place.teacher.asked.clear()
    leaf(place, git_commit, "The quay is old.", FISH.replace("return", "come back"))
    edited = run(place, "edited")
    assert set(named(place, edited).values()) == {None}
    own = [body for body in place.teacher.asked if "come back" not in body["messages"][-1]["content"]]
    assert own == [], "more than the context itself was asked"
    assert sorted(row["id"] for row in made(edited)) == sorted(row["id"] for row in made(first))


def test_a_changed_question_names_the_changed_seed_and_asks_nothing(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, "The quay is old.", FISH)
    old = {row["seed"] for row in made(run(place))} - {None}
    place.teacher.asked.clear()
    pairs = [PAIRS[0], [("Where in Marrow Quay is fish sold?", "In the Tarry Hall"), *PAIRS[1][1:]]]
    leaf(place, git_commit, "The quay is old.", FISH, pairs=pairs)
    job = run(place, "changed")
    assert place.teacher.asked == []
    assert named(place, job)["The auction starts"] == 1
    assert not old & {row["seed"] for row in made(job)}


@pytest.mark.slow
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_second_run_and_a_renamed_leaf_cost_no_call(place: Place, git_commit: Commit, size: str) -> None:
    flags = dict.fromkeys(FLOWS, size)
    if size == "large":
        place.teacher.answer = Large()
    leaf(place, git_commit, f"{HARBOUR}\n\n## Fish\n\n{FISH}")
    first = run(place, flags=flags)
    assert set(named(place, first).values()) == {0}
    asked = place.teacher.requests
    second = run(place, "second", flags=flags)
    for name in ("samples.jsonl", "rejects.jsonl"):
        assert (second.run / name).read_bytes() == (first.run / name).read_bytes()
    git(place.folder, "mv", "taxonomy/knowledge/quay", "taxonomy/knowledge/harbour")
    git(place.folder, "commit", "-qm", "Rename")
    renamed = run(place, "renamed", flags=flags)
    assert place.teacher.requests == asked
    assert {row["seed"] for row in made(renamed)} == {row["seed"] for row in made(first)}
    assert leaf_entry(renamed)["units_keys"] == leaf_entry(first)["units_keys"]


@pytest.mark.slow
def test_the_store_keeps_no_seed_with_what_is_made_of_a_document(place: Place, git_commit: Commit) -> None:
    """Two leaves that cite one document share its samples there, and their seeds come and go."""
    leaf(place, git_commit, "The quay is old.", FISH)
    first = run(place)
    leaf(place, git_commit, FISH, path="taxonomy/knowledge/auction/qna.yaml")
    both = run(place, "both")
    found = {row["leaf"]: row["seed"] for row in rows(both, "rejects.jsonl") if row["document"] and row["seed"]}
    assert set(found) == {"knowledge/auction", "knowledge/quay"}
    assert len(set(found.values())) == 2
    keys = {key for entry in read_json(both.run / "generation.json")["leaves"] for key in entry["units_keys"]}
    assert set(leaf_entry(first)["units_keys"]) < keys
    entries: list[Any] = [both.store.get("samples", key) for key in keys]
    stored = [row for entry in entries for row in (*entry["samples"], *entry["rejects"])]
    assert {row["seed"] for row in stored if row["document"]} == {None}
    assert None not in {row["seed"] for row in stored if row["teacher"] == "contributor"}


def test_a_seed_of_a_taught_document_is_the_only_new_unit(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, "The quay is old.")
    taught = taught_of(leaf_entry(run(place)))
    place.teacher.asked.clear()
    leaf(place, git_commit, "The quay is old.", FISH)
    released = Released(folder=place.folder, contributions=(taught,))
    job = run(place, "later", released=released)
    assert leaf_entry(job)["units"] == 1
    assert place.teacher.asked == []
    assert {row["teacher"] for row in rows(job, "samples.jsonl")} == {"contributor"}


def test_only_contributors_pairs_count_as_theirs(place: Place, git_commit: Commit) -> None:
    leaf(place, git_commit, HARBOUR, FISH)
    job = run(place)
    entry, samples = leaf_entry(job), rows(job, "samples.jsonl")
    assert all(row["seed"] for row in samples)
    assert entry["seeds"] == sum(row["teacher"] == "contributor" for row in samples) == 4
