"""The report's value: the counts of generation.json, the best and most telling rows, and their passages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import schema
from labci.artifact import RunFolder, read_json, read_jsonl, write_json
from labci.errors import UsageError
from labci.git import Repository
from labci.report.generation import DETAILED, read
from labci.report.generation.examples import SHOWN, Best
from labci.report.generation.reasons import WORDS
from labci.sample import REASONS
from tests.report.conftest import SKILL, made, row, some


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(REASONS)


def test_the_schema_holds_and_the_numbers_are_those_of_the_run(real: RunFolder) -> None:
    value = read(real, [Repository.open(real.path)])
    schema.validator("report").validate(value)
    generation = read_json(real / "generation.json")
    assert [leaf["path"] for leaf in value["leaves"]] == [leaf["path"] for leaf in generation["leaves"]]
    for shown, entry in zip(value["leaves"], generation["leaves"], strict=True):
        assert (shown["kept"], shown["candidates"]) == (entry["kept"], entry["candidates"])
        assert shown["rejected"] + shown["surplus"] == sum(entry["rejects"].values())
        assert sum(writer["kept"] for writer in shown["writers"]) == entry["kept"]
    assert value["ledger"] == []
    assert sum(writer["kept"] for writer in value["writers"]) == value["totals"]["kept"]
    assert value["totals"]["calls"] == generation["calls"]
    assert value["planned"]["seconds"] == generation["planned"]["seconds"]


def test_an_answer_stands_where_it_is_marked(real: RunFolder) -> None:
    value = read(real, [Repository.open(real.path)])
    (quay,) = (leaf for leaf in value["leaves"] if leaf["kind"] == "knowledge")
    assert len(quay["examples"]["best"]) == SHOWN
    for found in quay["examples"]["best"]:
        passage = found["passage"]
        start, end = passage["answer"]
        assert passage["text"][start:end].casefold() == found["span"].casefold()
        assert passage["sentence"][0] <= start < end <= passage["sentence"][1]
        assert passage["kind"] == "document"
        assert passage["source"].startswith("documents/quay.md, characters ")
    (thanks,) = (leaf for leaf in value["leaves"] if leaf["kind"] == "freeform")
    examples = [f"{seed['question']}\n{seed['answer']}" for seed in SKILL["seed_examples"]]  # type: ignore[attr-defined]
    for found in thanks["examples"]["best"]:
        assert (found["passage"]["kind"], found["passage"]["text"] in examples) == ("seed", True)
        assert found["scores"].keys() == {"agreement"}  # there is no judge whose score could be shown


def test_without_the_repository_or_with_another_text_the_fact_stands_for_the_passage(
    real: RunFolder, tmp_path: Path
) -> None:
    copy = RunFolder(path=tmp_path / "copied")
    shutil.copytree(real.path, copy.path)
    generation = read_json(copy / "generation.json")
    for leaf in generation["leaves"]:
        for document in leaf["documents"]:
            document["sha256"] = "0" * 64
    write_json(copy / "generation.json", generation)
    for repositories in ([], [Repository.open(real.path)]):
        for leaf in read(copy, repositories)["leaves"]:
            for found in leaf["examples"]["best"]:
                passage = found["passage"]
                assert (
                    passage is None
                    or passage["kind"] == "seed"
                    or (passage["text"], passage["kind"]) == (found["context"], "fact")
                )


ROWS = st.lists(
    st.builds(
        lambda number, subject, score: row(number, span=f"span {subject}", scores=score),
        st.integers(0, 500), st.integers(0, 9),
        st.one_of(st.just({}), st.builds(lambda value: {"match": value / 4}, st.integers(-8, 8))),
    ),
    max_size=40, unique_by=lambda item: item["id"],
)  # fmt: skip


@given(rows=ROWS)
def test_the_best_are_the_same_as_by_sorting_everything(rows: list[dict[str, object]]) -> None:
    found = Best()
    for item in rows:
        found.add(item, item["span"])
    ranked = sorted(rows, key=lambda item: (-item["scores"].get("match", float("-inf")), item["id"]))  # type: ignore[attr-defined]
    first = {item["span"]: item["id"] for item in reversed(ranked)}
    expected = [item["id"] for item in ranked if first[item["span"]] == item["id"]][:SHOWN]
    assert [item["id"] for item in found.rows()] == expected


def test_rejects_are_of_as_many_reasons_as_there_is_room_for_and_never_surplus(tmp_path: Path) -> None:
    (leaf,) = read(some(tmp_path / "run"))["leaves"]
    shown = leaf["examples"]["rejected"]
    assert [found["reason"] for found in shown] == ["not-grounded"] * 3 + ["unparsable"] * 2
    assert [found["detail"] for found in shown] == ["detail 4", "detail 3", "detail 2", "detail 9", "detail 8"]
    assert (leaf["rejected"], leaf["surplus"], leaf["yield"]) == (10, 2, 8 / 18)


def test_of_many_leaves_those_of_the_worst_yield_are_detailed(tmp_path: Path) -> None:
    paths = [f"knowledge/bench/lake_{number:02d}" for number in range(DETAILED + 5)]
    samples = (row(i, leaf=path) for n, path in enumerate(paths) for i in range(n + 1))
    rejects = (row(500 + n, leaf=path, reason="unparsable", stage="x", detail="") for n, path in enumerate(paths))
    value = read(made(tmp_path / "run", samples, rejects))
    assert value["detailed"] == paths[:DETAILED]
    assert [leaf["path"] for leaf in value["leaves"]] == paths
    assert [leaf["examples"] is not None for leaf in value["leaves"]] == [True] * DETAILED + [False] * 5
    schema.validator("report").validate(value)


def test_files_that_hold_other_numbers_are_told_of(tmp_path: Path) -> None:
    run = some(tmp_path / "run", leaves=2)
    rows = list(read_jsonl(run / "samples.jsonl"))
    (run / "samples.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in rows[1:]))
    assert read(run)["ledger"] == ["knowledge/bench/lake_0"]


def test_a_huge_text_is_cut(tmp_path: Path) -> None:
    run = made(tmp_path / "run", [row(1, answer="x" * 5_000_000, context="y" * 5_000_000)], [])
    (leaf,) = read(run)["leaves"]
    (found,) = leaf["examples"]["best"]
    assert len(found["answer"]) == len(found["context"]) == 1500
    assert len(found["passage"]["text"]) < 1000


@pytest.mark.parametrize("broken", ['{"version": 1}', '{"version": 1, "leaves": [{}]}', "[]", "{"])
def test_a_file_of_another_kind_is_no_traceback(tmp_path: Path, broken: str) -> None:
    run = some(tmp_path / "run")
    (run / "generation.json").write_text(broken)
    with pytest.raises(UsageError, match="run"):
        read(run)
