"""labci report: which run, which form, where to, and what a run that is not complete says."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from labci import schema
from labci.artifact import RunFolder
from tests.conftest import Labci, git, put
from tests.generate.conftest import DOCUMENT, knowledge_leaf, quiz
from tests.report.conftest import some
from tests.servers.chat import serving


@pytest.fixture
def runs(repository: Path) -> Path:
    """A repository with the runs aaaa1111, aaaa2222 and bbbb3333, which is the newest."""
    for age, name in enumerate(["bbbb3333", "aaaa2222", "aaaa1111"]):
        run = some(repository / ".labci" / "runs" / name, leaves=2)
        for file in [*run.path.iterdir(), *(run / "manifest").iterdir()]:
            os.utime(file, (1_000_000 - age, 1_000_000 - age))
    return repository


def test_the_newest_run_becomes_a_file_whose_path_is_told(labci: Labci, runs: Path) -> None:
    ended = labci("-C", runs, "report")
    file = runs / ".labci" / "runs" / "bbbb3333" / "report.html"
    assert (ended.code, ended.out.strip()) == (0, str(file)), ended.err
    first = file.read_bytes()
    assert b"bbbb3333" in first
    assert labci("-C", runs, "report").code == 0
    assert file.read_bytes() == first


def test_the_text_for_a_pull_request_lies_beside_the_page(labci: Labci, runs: Path) -> None:
    """The same as with --format markdown; stdout names the page alone."""
    folder = runs / ".labci" / "runs" / "bbbb3333"
    assert labci("-C", runs, "report").out.split() == [str(folder / "report.html")]
    shown = labci("-C", runs, "report", "--format", "markdown")
    assert shown.out == (folder / "report.md").read_text("utf-8")
    assert shown.out.startswith("### 16 samples from 2 leaves")


@pytest.mark.parametrize("name", ["aaaa1111", "aaaa1", "FOLDER"])
def test_a_run_by_id_beginning_or_folder(labci: Labci, runs: Path, name: str) -> None:
    folder = runs / ".labci" / "runs" / "aaaa1111"
    ended = labci("-C", runs, "report", folder if name == "FOLDER" else name, "--format", "json")
    assert ended.code == 0, ended.err
    value = json.loads(ended.out)
    schema.validator("report").validate(value)
    assert value["run"]["id"] == "aaaa1111"


def test_a_folder_that_was_copied_away_from_any_repository(labci: Labci, runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / ".labci" / "runs" / "aaaa1111", tmp_path / "copied")
    ended = labci("-C", tmp_path, "report", tmp_path / "copied", "--format", "markdown")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("### 16 samples from 2 leaves")


@pytest.mark.parametrize(
    ("name", "told"), [("aaaa", "2 runs begin with aaaa"), ("cccc", "there is no run cccc"), (".", "no run .")]
)
def test_a_run_that_is_not_there(labci: Labci, runs: Path, name: str, told: str) -> None:
    ended = labci("-C", runs, "report", name)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "aaaa1111" in ended.err


def test_no_run_at_all(labci: Labci, repository: Path) -> None:
    ended = labci("-C", repository, "report")
    assert ended.code == 2
    assert "there is no run yet" in ended.err
    assert "labci generate" in ended.err


def test_a_run_without_samples_names_the_stage_and_the_command(labci: Labci, runs: Path) -> None:
    folder = runs / ".labci" / "runs" / "cccc4444"
    RunFolder(path=folder).start({"base": "0" * 40, "head": "1" * 40})
    ended = labci("-C", runs, "report", "cccc")
    assert (ended.code, ended.out) == (2, "")
    assert "run cccc4444 has no samples yet: the stage generate has not ended" in ended.err
    assert f"labci generate --run {folder}" in " ".join(ended.err.split())
    newest = labci("-C", runs, "report", "--format", "text")  # one that has samples
    assert newest.code == 0
    assert "run cccc4444 is newer, but its stage generate has not ended" in newest.err


@pytest.mark.parametrize("name", ["samples.jsonl", "rejects.jsonl"])
def test_a_file_that_is_missing_or_broken(labci: Labci, runs: Path, name: str) -> None:
    file = runs / ".labci" / "runs" / "bbbb3333" / name
    file.write_text('{"leaf": ')
    ended = labci("-C", runs, "report")
    assert (ended.code, f"{file}:1: not JSON" in ended.err) == (2, True)
    file.unlink()
    ended = labci("-C", runs, "report")
    assert (ended.code, f"{file} is missing" in ended.err) == (2, True)


@pytest.mark.parametrize("form", ["html", "markdown", "text", "json"])
def test_output_names_the_file_and_a_dash_is_stdout(labci: Labci, runs: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "out" / "report"
    ended = labci("-C", runs, "report", "--format", form, "--output", file)
    assert ended.code == 0, ended.err
    assert str(file) in (ended.err if form == "json" else ended.out)
    shown = labci("-C", runs, "report", "--format", form, "--output", "-")
    assert shown.out == file.read_text("utf-8")
    assert not list((runs / ".labci" / "runs" / "bbbb3333").glob("report.*"))


def test_a_place_that_cannot_be_written(labci: Labci, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = labci("-C", runs, "report", "--output", tmp_path / "file" / "report.html")
    assert (ended.code, "can't be written" in ended.err) == (2, True)


@pytest.mark.slow
def test_passages_of_other_repositories_are_read_from_the_store(
    labci: Labci, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when they are long gone: generation has kept their text."""
    other, file = tmp_path / "other", repository / "taxonomy/knowledge/quay/qna.yaml"
    knowledge_leaf(repository)
    (repository / "documents").rename(other)
    git(other, "init", "-q", "-b", "main")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "Start")
    document = {"repo": f"file://{other}", "commit": git(other, "rev-parse", "HEAD"), "patterns": ["*.md"]}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"document": document}))
    put(repository, "labci.yaml", "taxonomy: taxonomy\ndocuments: {allow: [file]}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "A leaf")
    with serving(quiz) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        made = labci("-C", repository, "generate", "--teacher", "openai:quiz", "--model", tmp_path)
    assert made.code == 0, made.err
    shutil.rmtree(other)
    (leaf,) = json.loads(labci("-C", repository, "report", "--format", "json").out)["leaves"]
    for found in leaf["examples"]["best"]:
        passage = found["passage"]
        assert (passage["kind"], passage["source"].startswith(f"file://{other}@")) == ("document", True)
        assert passage["text"] in DOCUMENT
    shutil.rmtree(repository / ".labci/store/documents")
    (leaf,) = json.loads(labci("-C", repository, "report", "--format", "json").out)["leaves"]
    assert {found["passage"]["kind"] for found in leaf["examples"]["best"]} == {"fact"}
