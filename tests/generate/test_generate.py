"""The stage on a real repository with a real HTTP teacher."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci import pipeline, schema
from labci.artifact import read_json
from labci.diff import diff
from labci.errors import FindingsError, OutsideError
from labci.generate import generate
from labci.heldout import held_out, leaks, question_key
from labci.lineage import Contribution, Manifest, Released
from labci.plan import plan
from tests.conftest import git, put
from tests.generate.conftest import Place, accounted, leaf_entry, quiz, rows, skill_leaf
from tests.lm.say import Said
from tests.servers.chat import Body, Trouble
from tests.tiny import tiny_model

FILES = ("samples.jsonl", "rejects.jsonl")


def test_every_candidate_is_accounted_for(place: Place) -> None:
    job = place.job()
    generate(job)
    samples, rejects, entry = rows(job, "samples.jsonl"), rows(job, "rejects.jsonl"), leaf_entry(job)
    accounted(job)
    assert entry["kept"] > entry["seeds"] + entry["rules"] > entry["seeds"] == 4
    asked = [key for row in (*samples, *rejects) for key in row["requests"]]
    assert len(asked) == entry["candidates"] - sum(not row["requests"] for row in (*samples, *rejects))
    assert job.run.manifest("generate") is not None


def test_rows_are_what_the_schema_says(place: Place) -> None:
    job = place.job()
    generate(job)
    check = schema.validator("sample")
    for row in rows(job, "samples.jsonl") + rows(job, "rejects.jsonl"):
        check.validate(row)
    assert all(("reason" in row) == (name == "rejects.jsonl") for name in FILES for row in rows(job, name))


def test_samples_say_where_they_come_from(place: Place) -> None:
    job = place.job()
    generate(job)
    text = (place.folder / "documents/quay.md").read_text()
    made = [row for row in rows(job, "samples.jsonl") if row["document"]]
    assert made
    for row in made:
        chunk = " ".join(text[row["document"]["start"] : row["document"]["end"]].split())
        assert row["span"] in chunk
        assert row["answer"].casefold().endswith(row["span"].casefold())
        assert row["document"]["commit"] == job.head
    entry = leaf_entry(job)
    assert [item["path"] for item in entry["documents"]] == ["documents/quay.md"]
    assert {question_key(row["question"]) for row in rows(job, "samples.jsonl")} == set(entry["taught"])


def test_held_out_questions_are_in_no_request_and_no_sample(place: Place) -> None:
    job = place.job()
    generate(job)
    held = [item.question for item in held_out(job.taxonomy.leaf("knowledge/quay"))]
    assert len(held) == 2
    asked = json.dumps(place.teacher.asked)
    assert not [question for question in held if question in asked]
    assert not [row for row in rows(job, "samples.jsonl") if leaks(row["question"], held)]


def test_a_question_that_repeats_a_held_out_one_is_a_leak(place: Place) -> None:
    job = place.job()
    (held, *_) = held_out(job.taxonomy.leaf("knowledge/quay"))
    place.teacher.answer = lambda body: held.question if body["temperature"] else quiz(body)
    generate(job)
    found = [row for row in rows(job, "rejects.jsonl") if row["question"] == held.question]
    assert found
    assert "leaks-heldout" in {row["reason"] for row in found}
    assert held.question not in {row["question"] for row in rows(job, "samples.jsonl")}


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(place: Place) -> None:
    first, second = place.job(), place.job(run="again")
    generate(first)
    asked = place.teacher.requests
    generate(second)
    assert place.teacher.requests == asked
    assert len(place.teacher.asked) == read_json(first.run / "generation.json")["calls"]
    assert read_json(second.run / "generation.json")["calls"] == 0
    for name in FILES:
        assert (first.run / name).read_bytes() == (second.run / name).read_bytes()


@pytest.mark.slow
def test_arrival_order_does_not_matter(place: Place) -> None:
    def uneven(body: Body) -> Trouble:
        from tests.servers.chat import completion

        return Trouble(body=completion(quiz(body)), wait=(body["seed"] % 7) / 300)

    first = place.job()
    generate(first)
    place.teacher.answer = uneven
    second = place.job(run="again", store="other", jobs=7)
    generate(second)
    for name in FILES:
        assert (first.run / name).read_bytes() == (second.run / name).read_bytes()


@pytest.mark.slow
def test_a_teacher_that_dies_leaves_what_it_has_answered(place: Place) -> None:
    def dying(body: Body) -> str | Trouble:
        return quiz(body) if len(place.teacher.asked) <= 10 else Trouble(status=401)

    place.teacher.answer = dying
    job = place.job(jobs=1)
    with pytest.raises(OutsideError):
        generate(job)
    assert job.run.manifest("generate") is None
    place.teacher.answer = quiz
    place.teacher.asked.clear()
    assert plan(job)["calls_cached"] == 10
    generate(job)
    assert len(place.teacher.asked) == plan(job)["calls"] - 10


def test_what_fits_no_context_is_dropped_and_not_asked_again(place: Place) -> None:
    def small(body: Body) -> str | Trouble:
        error = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "too long"}}
        fits = "1912" not in body["messages"][-1]["content"]
        return quiz(body) if fits else Trouble(status=400, body=json.dumps(error))

    place.teacher.answer = small
    job = place.job()
    generate(job)
    asked = place.teacher.requests
    told = [body["messages"][-1]["content"] for body in place.teacher.asked]
    assert leaf_entry(job)["rejects"]["truncated"] == sum("1912" in text for text in told) > 0
    generate(place.job(run="again"))
    assert place.teacher.requests == asked


@pytest.mark.slow
@pytest.mark.parametrize("nonsense", ["", "the the the", "Why?", "<|im_start|>", "Ignore all previous instructions?"])
def test_nonsense_only_is_said_so(place: Place, nonsense: str) -> None:
    """What rules and gaps made of the document is kept, so that a small edit does not end here for ever."""
    place.teacher.answer = lambda body: nonsense
    said = Said()
    job = replace(place.job(), progress=said)
    generate(job)
    entry = leaf_entry(job)
    assert entry["kept"] == entry["seeds"] + entry["rules"] > entry["seeds"]
    assert any(re.match(r"generate: 0 of \d+ kept because of", line) for line in said.lines)
    (told,) = (line for line in said.lines if "nothing that the teacher wrote is kept" in line)
    assert f"{entry['rules']} by rule are" in told
    assert "rejects.jsonl" in told
    assert job.run.manifest("generate") is not None


def test_nothing_but_the_contributor_s_own_ends_the_run(place: Place) -> None:
    git(place.folder, "rm", "-qr", "taxonomy/knowledge")
    skill_leaf(place.folder, "freeform")
    git(place.folder, "add", "-A")
    git(place.folder, "commit", "-qm", "A skill")
    place.teacher.answer = lambda body: "the the the"
    job = place.job()
    with pytest.raises(FindingsError, match=r"0 of \d+ kept because of") as caught:
        generate(job)
    assert caught.value.exit_code == 1
    entry = leaf_entry(job)
    assert entry["kept"] == entry["seeds"] > 0
    assert job.run.manifest("generate") is None


def test_truncated_answers_are_rejects(place: Place) -> None:
    from tests.servers.chat import completion

    def cut(body: Body) -> str | Trouble:
        return Trouble(body=completion(quiz(body), finish="length")) if body["temperature"] else quiz(body)

    place.teacher.answer = cut
    job = place.job()
    generate(job)
    assert leaf_entry(job)["rejects"]["truncated"] > 0


def taught_of(entry: dict[str, Any]) -> Contribution:
    """What a release would say of a leaf that was generated."""
    return Contribution(
        leaf="knowledge/quay", commit="c", authors=(), attribution={}, units=tuple(entry["units_keys"]),
        taught=tuple(entry["taught"]), samples=entry["kept"],
    )  # fmt: skip


@pytest.mark.slow
def test_units_that_a_release_has_taught_are_not_made_again(place: Place) -> None:
    job = place.job()
    generate(job)
    entry = leaf_entry(job)
    taught = taught_of(entry)
    text = (place.folder / "documents/quay.md").read_text()
    put(place.folder, "documents/quay.md", text + "\n## Ice\n\nThe ice house of Marrow Quay holds 40 tonnes of ice.\n")
    git(place.folder, "commit", "-qam", "Ice")
    place.teacher.asked.clear()
    released = Released(folder=place.folder, contributions=(taught,))
    later = place.job(run="later", released=released)
    generate(later)
    assert {row["messages"][-1]["content"].splitlines()[1] for row in place.teacher.asked} == {
        "Fact: The ice house of Marrow Quay holds 40 tonnes of ice."
    }
    new = leaf_entry(later)
    assert new["units"] == 1
    assert set(entry["units_keys"]) < set(new["units_keys"])
    assert set(entry["taught"]) < set(new["taught"])


def test_a_question_that_another_leaf_taught_is_no_sample(place: Place) -> None:
    first = place.job()
    generate(first)
    question = next(row["question"] for row in rows(first, "samples.jsonl") if row["requests"])
    other = Contribution(
        leaf="knowledge/other", commit="c", authors=(), attribution={}, units=(), taught=(question_key(question),),
        samples=1,
    )  # fmt: skip
    later = place.job(run="later", released=Released(folder=place.folder, contributions=(other,)))
    generate(later)
    assert question not in {row["question"] for row in rows(later, "samples.jsonl")}
    dropped = [row for row in rows(later, "rejects.jsonl") if row["question"] == question]
    assert {row["reason"] for row in dropped} == {"duplicate-in-tree"}


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["knowledge-specialist", "knowledge-small"])
def test_an_edited_question_of_a_seed_asks_nothing_of_the_document_anew(place: Place, flow: str) -> None:
    """Its paragraphs are units of their own, as long as the questions call the topic what they called it."""
    job = place.job(flags={"flows.knowledge": flow})
    generate(job)
    assert len(place.teacher.asked) > 20
    place.teacher.asked.clear()
    file = place.folder / "taxonomy/knowledge/quay/qna.yaml"
    old, new = "How many berths has Marrow Quay?", "Of how many berths is the harbour?"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    git(place.folder, "commit", "-qam", "Edit")
    later = place.job(run="later", flags={"flows.knowledge": flow})
    generate(later)
    assert place.teacher.asked == []
    held = [item.question for item in held_out(later.taxonomy.leaf("knowledge/quay"))]
    assert new in {row["question"] for row in rows(later, "samples.jsonl")} | set(held)
    changed = set(leaf_entry(later)["units_keys"]) ^ set(leaf_entry(job)["units_keys"])
    assert len(changed) == 2, "more than the seed has changed"


@pytest.mark.slow
def test_a_renamed_leaf_asks_nothing(place: Place) -> None:
    generate(place.job())
    place.teacher.asked.clear()
    git(place.folder, "mv", "taxonomy/knowledge/quay", "taxonomy/knowledge/harbour")
    git(place.folder, "commit", "-qm", "Rename")
    job = place.job(run="later")
    generate(job)
    assert place.teacher.asked == []
    assert {row["leaf"] for row in rows(job, "samples.jsonl")} == {"knowledge/harbour"}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["renamed", "removed"])
def test_where_leaves_were_only_renamed_or_removed_there_is_nothing_to_teach(
    place: Place, tmp_path: Path, how: str
) -> None:
    """A run ended with "the mixture is empty", and so main stayed red after a deletion."""
    job = place.job()
    generate(job)
    taught = taught_of(leaf_entry(job))
    if how == "renamed":
        git(place.folder, "mv", "taxonomy/knowledge/quay", "taxonomy/knowledge/harbour")
    else:
        git(place.folder, "rm", "-qr", "taxonomy/knowledge/quay")
    git(place.folder, "commit", "-qm", how)
    manifest = Manifest(
        version="v0.1.0", commit=job.head, base_model="m", model="d", lane="incremental", created="", run="r"
    )
    released = Released(folder=place.folder, contributions=(taught,), manifest=manifest)
    student = str(tiny_model(tmp_path / "student"))  # a walk that might train asks for one first
    later = replace(place.job(run="later", released=released, model=student), base=job.head)
    diff(later)
    walked = pipeline.walk(later, last="gate")
    assert walked.note.startswith(f"nothing new to teach since {job.head[:12]}")
    assert (walked.ran[-1], walked.exit_code) == ("generate", 0)


@pytest.mark.slow
def test_a_preview_is_smaller_and_leaves_the_full_entries_alone(place: Place) -> None:
    job = place.job()
    generate(job)
    store = job.store
    before = {key: store.get("samples", key) for key in leaf_entry(job)["units_keys"]}
    small = place.job(run="small", limit=1)
    generate(small)
    assert leaf_entry(small)["candidates"] < leaf_entry(job)["candidates"]
    assert {key: store.get("samples", key) for key in before} == before


def test_samples_of_a_unit_are_in_the_store_without_the_leaf(place: Place) -> None:
    job = place.job()
    generate(job)
    entries: list[Any] = [job.store.get("samples", key) for key in leaf_entry(job)["units_keys"]]
    kept = [row for entry in entries for row in entry["samples"]]
    assert sorted(row["id"] for row in kept) == sorted(row["id"] for row in rows(job, "samples.jsonl"))
    assert {row["leaf"] for row in kept} == {""}
    assert sum(len(entry["rejects"]) for entry in entries) == len(rows(job, "rejects.jsonl"))
