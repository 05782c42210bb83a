"""Where a command is run from, and by which names its files are given."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Labci, git, put
from tests.gate.make import LEAF, one
from tests.release.make import GAIN, Maker, change

SKILL = "created_by: o\ntask_description: x\nseed_examples:\n  - {question: Late!, answer: When?}\n"


@pytest.fixture
def misnamed(tmp_path: Path) -> Path:
    """A repository, reached by a link, with a leaf under a wrong name; gives the link."""
    git(tmp_path, "init", "-q", "-b", "main", "there")
    put(tmp_path / "there", "labci.yaml", "taxonomy: ./taxonomy/\n")
    put(tmp_path / "there", "taxonomy/compositional_skills/a/b/leaf.yml", SKILL)
    (tmp_path / "link").symlink_to(tmp_path / "there")
    return tmp_path / "link"


@pytest.mark.parametrize("path", ["taxonomy", ".", "taxonomy/compositional_skills/a/b/leaf.yml", ""])
def test_a_checkout_that_is_reached_by_a_link(misnamed: Path, labci: Labci, path: str) -> None:
    for given in (path, str(misnamed / path)):
        done = labci("-C", misnamed, "lint", "--select", "naming", given)
        assert done.code == 1
        assert "taxonomy/compositional_skills/a/b/leaf.yml:1:1: error naming-file" in done.out


def test_a_change_is_found_below_a_root_that_is_written_otherwise(misnamed: Path, labci: Labci) -> None:
    git(misnamed, "add", "-A")
    git(misnamed, "commit", "-qm", "Start")
    put(misnamed, "taxonomy/compositional_skills/a/b/leaf.yml", SKILL + "more: x\n")
    assert "naming-file" in labci("-C", misnamed, "lint", "--base", "HEAD").out


@pytest.mark.parametrize("taxonomy", [".", "..", "/", "a/../.."])
def test_the_root_is_a_folder_of_the_repository(misnamed: Path, labci: Labci, taxonomy: str) -> None:
    put(misnamed, "labci.yaml", f"taxonomy: {taxonomy}\n")
    done = labci("-C", misnamed, "lint")
    assert (done.code, "labci.yaml:1: taxonomy: " in done.err) == (2, True)


def test_a_branch_without_a_commit_can_compare_others(repository: Path, labci: Labci) -> None:
    put(repository, "taxonomy/compositional_skills/a/b/qna.yaml", SKILL)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "More")
    git(repository, "checkout", "-q", "--orphan", "other")
    assert labci("-C", repository, "diff", "main~1..main").code == 0


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files beside a gated run; the user is in the folder above it, and names it `-C here`."""
    maker = Maker(tmp_path / "here")
    job = maker.job(maker.base, maker.leaf(LEAF))
    maker.until_gate(job, [change(LEAF)], GAIN)
    shutil.copytree(job.run.path, maker.root / "run")
    for name in ("samples", "rejects"):
        put(maker.root, f"run/{name}.jsonl", "")
    put(maker.root, "scores.json", json.dumps(one(GAIN).to_json()))
    put(maker.root, "strict.yaml", "gate: {min_gain_nll: 9.0}\n")
    put(maker.root, "no-release/config.json", "{}")
    monkeypatch.chdir(tmp_path)
    return maker.root


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["gate", "--run", "run"], 0, "verdict: PASS"),
        (["gate", "--run", "run", "--policy", "strict.yaml"], 1, "verdict: FAIL"),
        (["gate", "--scores", "scores.json"], 0, "verdict: PASS"),
        (["gate", "--scores", "scores.json", "--policy", "strict.yaml"], 1, "verdict: FAIL"),
        (["--config", "strict.yaml", "gate", "--run", "run"], 1, "verdict: FAIL"),
        (["report", "run", "--format", "json", "--output", "report.json"], 0, "report.json"),
        (["releases", "verify", "no-release"], 1, "no-release"),
    ],
)
def test_every_path_is_one_from_the_folder_of_c(
    inside: Path, labci: Labci, command: list[str], code: int, words: str
) -> None:
    """Run as if started there: what may lie in the user's own folder under the same name is another file."""
    ended = labci("-C", "here", *command)
    assert (ended.code, words in ended.out + ended.err) == (code, True), ended
    assert Path.cwd() == inside.parent
    assert [path.name for path in inside.parent.iterdir()] == ["here"]


def test_a_next_step_is_one_for_where_the_user_is(inside: Path, labci: Labci) -> None:
    put(inside, "taxonomy/compositional_skills/a/b/x.yaml", "")
    assert "next: cd here/new\n" in labci("-C", "here", "init", "new").err
    assert "cd " not in labci("-C", ".", "init", ".").err
