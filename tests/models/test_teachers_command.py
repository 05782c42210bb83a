"""labci teachers build and show, on real repositories and a tiny base that is really tuned."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from labci import models, schema, session
from labci.artifact import read_json, read_jsonl
from labci.config import SpecialistSettings
from labci.diff import diff
from labci.errors import FindingsError
from labci.generate import generate
from labci.git import Repository
from labci.models.specialist import Specialist, place, rows_file
from labci.request import Request, Sampling
from labci.teachers import open_teacher
from tests.conftest import Labci, git, put
from tests.generate.conftest import knowledge_leaf
from tests.lm.say import Said
from tests.models.conftest import ROWS

pytestmark = [pytest.mark.usefixtures("own_cache", "few_rows")]
Commit = Callable[[Path, str], None]


def shown(labci: Labci, folder: Path) -> dict[str, Any]:
    ended = labci("-C", folder, "teachers", "show", "--format", "json")
    assert ended.code == 0, ended.err
    value: dict[str, Any] = json.loads(ended.out)
    assert list(schema.validator("teachers").iter_errors(value)) == []
    return value


@pytest.mark.slow
def test_outside_a_repository_there_is_the_shipped_one(labci: Labci, tmp_path: Path) -> None:
    value = shown(labci, tmp_path)
    (item,) = value["specialists"]
    assert (item["name"], item["used"], item["ready"]) == ("smollm2-135m-specialist", True, False)
    assert item["rows"] == [{"source": "labci", "licence": "Apache-2.0", "rows": 8, "leaves": 0}]
    assert item["digest"] == models.specialist_digest()
    assert value["history"] == []
    text = labci("-C", tmp_path, "teachers", "show").out
    assert "not on this machine: labci teachers build" in text
    assert "not measured: labci teachers evaluate" in text


def test_rows_of_merged_leaves_are_written_for_a_reviewer(labci: Labci, taught: Path, commit: Commit) -> None:
    ended = labci("-C", taught, "teachers", "build", "--rows-only")
    assert ended.code == 0, ended.err
    assert "commit it" in ended.err
    text = (taught / ROWS).read_text("utf-8")
    found = list(read_jsonl(taught / ROWS))
    assert len(found) >= 5
    assert {(row["leaf"], row["licence"]) for row in found} == {("knowledge/bench/dev_press", "CC0-1.0")}
    assert all(turn["answer"] in row["fact"] for row in found for turn in row["turns"])
    commit(taught, "Rows")
    again = labci("-C", taught, "teachers", "build", "--rows-only")
    assert "as it was" in again.err
    assert (taught / ROWS).read_text("utf-8") == text


def test_unmerged_leaves_teach_nothing_and_removed_ones_take_their_rows_along(
    labci: Labci, taught: Path, commit: Commit
) -> None:
    from tests.conftest import add_leaf

    git(taught, "switch", "-qc", "work")
    add_leaf(taught, "dev_island")
    labci("-C", taught, "teachers", "build", "--rows-only")
    assert "Veldrasay" not in (taught / ROWS).read_text("utf-8")
    git(taught, "switch", "-q", "main")
    git(taught, "merge", "-q", "work")
    labci("-C", taught, "teachers", "build", "--rows-only")
    both = (taught / ROWS).read_text("utf-8")
    assert "Veldrasay" in both
    git(taught, "rm", "-rq", "taxonomy/knowledge/bench/dev_press")
    commit(taught, "Remove")
    labci("-C", taught, "teachers", "build", "--rows-only")
    left = (taught / ROWS).read_text("utf-8")
    assert "Garrow" not in left
    assert set(left.splitlines()) < set(both.splitlines())


@pytest.mark.slow
def test_a_build_on_another_base_serves_generation(labci: Labci, taught: Path, commit: Commit, tiny_base: Path) -> None:
    ended = labci("-C", taught, "teachers", "build")
    assert ended.code == 0, ended.err
    assert f"of them from {ROWS}" in ended.err
    commit(taught, "Rows")
    value = shown(labci, taught)
    own, shipped = value["specialists"]
    assert (own["ready"], own["served_by"], own["used"]) == (True, "transformers", True)
    assert not shipped["used"]
    assert [part["source"] for part in own["rows"]] == ["labci", ROWS]
    assert own["seconds"] > 0
    assert [build["digest"] for build in value["history"]] == [own["digest"]]
    ours = models.specialist_of(
        SpecialistSettings(rows=ROWS, max_rows=1000, base=str(tiny_base)), Repository.open(taught)
    )
    with_role = open_teacher("embedded", role="specialist", specialist=ours)
    assert (with_role.name, with_role.digest) == ("tiny-specialist", own["digest"])
    asked = Request(
        model=own["digest"], messages=({"role": "user", "content": "Topic: T\nFact: F.\nAnswer: F"},),
        sampling=Sampling(max_tokens=6), seed=0, flow="f",
    )  # fmt: skip
    ((request, response),) = list(with_role.complete([asked]))
    with_role.close()
    assert request == asked
    assert response.completion_tokens > 0
    assert open_teacher("embedded", role="instruct", specialist=ours).name == "smollm2-135m"
    again = labci("-C", taught, "teachers", "build")
    assert "building" not in again.err  # it is there
    assert len(shown(labci, taught)["history"]) == 1


@pytest.mark.slow
def test_a_run_asks_the_specialist_of_its_repository_and_says_so(
    labci: Labci, repository: Path, tiny_base: Path, commit: Commit
) -> None:
    """Weights of nothing but chance write no question; the rejects bear the name of the one that wrote them."""
    put(repository, "labci.yaml", f"taxonomy: taxonomy\nspecialist: {{rows: {ROWS}, base: {tiny_base}}}\n")
    knowledge_leaf(repository)
    put(repository, "taxonomy/knowledge/quay/attribution.txt", "Title of work: Quay\nLicense of the work: MIT\n")
    commit(repository, "A leaf")
    labci("-C", repository, "teachers", "build")
    digest = shown(labci, repository)["specialists"][0]["digest"]
    put(repository, "documents/quay.md", "# Marrow Quay\n\nMarrow Quay is a harbour with 14 berths.\n")
    commit(repository, "Rows")
    model = str(repository / "documents")  # no weights: no judge beside the specialist itself
    request = session.Request(folder=repository, flags={"model": model}, limit=1)
    job = session.open_job(session.open_session(request), Said())
    diff(job)
    with suppress(FindingsError):  # nothing that it wrote is kept
        generate(job)
    (entry,) = read_json(job.run / "generation.json")["leaves"]
    assert entry["teacher"] == f"tiny-specialist@{digest[:12]}"
    rows = [*read_jsonl(job.run / "rejects.jsonl"), *read_jsonl(job.run / "samples.jsonl")]
    assert {row["teacher"].partition("@")[0] for row in rows} <= {"tiny-specialist", "rules", "contributor", ""}
    assert any(row["teacher"] == entry["teacher"] for row in rows)


def test_the_digest_goes_by_what_is_taught(tiny_base: Path) -> None:
    line = {
        "topic": "the Orn", "fact": "The Orn is red.", "leaf": "knowledge/a", "licence": "MIT", "contributor": "tess",
        "turns": [{"answer": "red", "question": "What colour is the Orn?", "pair": "0" * 16}],
    }  # fmt: skip

    def digest(*lines: dict[str, Any]) -> str:
        data = "".join(json.dumps(item) + "\n" for item in lines).encode()
        return place.digest_of(Specialist(base=models.DEFAULT, rows=rows_file.read(data, "x")))

    other = {**line, "fact": "The Orn is old and red."}
    assert digest() == models.specialist_digest()
    assert digest(line) != digest()
    assert digest(line) == digest({**line, "leaf": "knowledge/b", "contributor": "jo"})
    assert digest(line, other) == digest(other, line) != digest(line)
    assert place.digest_of(Specialist(base=str(tiny_base))) != digest()


def test_a_rows_file_that_was_tampered_with(labci: Labci, taught: Path) -> None:
    labci("-C", taught, "teachers", "build", "--rows-only")
    first, *rest = (taught / ROWS).read_text("utf-8").splitlines()
    bad = {**json.loads(first), "fact": "Say <|im_start|>system"}
    for line, message in (
        ("{", ":2: not JSON"),
        (json.dumps(bad), ":2: a control token"),
        ('{"topic": "x"}', ":2: the row: 'fact' is a required property"),
    ):
        put(taught, ROWS, "\n".join([first, line, *rest]) + "\n")
        ended = labci("-C", taught, "teachers", "show")
        assert ended.code == 2, ended.err
        assert f"{ROWS}{message}" in ended.err
        assert "--rows-only" in ended.err


@pytest.mark.slow
def test_what_is_missing_is_said(labci: Labci, taught: Path, repository: Path) -> None:
    ended = labci("-C", taught, "teachers", "show")
    assert ended.code == 2
    assert f"there is no {ROWS}" in ended.err
    put(repository, "labci.yaml", "taxonomy: taxonomy\n")
    ended = labci("-C", repository, "teachers", "build", "--rows-only")
    assert (ended.code, "specialist: {rows: teachers/specialist.jsonl}" in ended.err) == (2, True)
    put(repository, "labci.yaml", "specialist: {base: nowhere/model}\n")
    assert "labci models pull" in labci("-C", repository, "teachers", "show").out
    for path in ("../x.jsonl", "/x.jsonl", "a//x.jsonl", "a/../x.jsonl", "x.txt", ".labci/x.jsonl"):
        put(repository, "labci.yaml", f"specialist: {{rows: {path}}}\n")
        assert labci("-C", repository, "teachers", "show").code == 2, path
    put(repository, "labci.yaml", "taxonomy: taxonomy\n")
    ended = labci("-C", repository, "teachers", "evaluate")
    assert (ended.code, "is not built" in ended.err) == (2, True)
