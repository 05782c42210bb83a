"""Where a command is run from, and by which names its files are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Labci, git, put

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
