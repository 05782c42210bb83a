"""Revisions are exact, and ranges are those of docs: BASE..HEAD from the merge base."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.git import EMPTY_TREE, Repository
from tests.git.make import EMAIL, NAME, commit, repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """main: one, two; notmain and topic leave main at one."""
    repo = repository(tmp_path / "r", {"a": "1"})
    repo.switch("notmain", create=True)
    commit(repo, {"n": "1"})
    repo.switch("main")
    repo.switch("topic", create=True)
    commit(repo, {"t": "1"})
    repo.switch("main")
    commit(repo, {"b": "1"})
    return repo


def test_a_name_never_matches_part_of_another(repo: Repository) -> None:
    assert repo.resolve("main") != repo.resolve("notmain")
    repo.git.run("branch", "-m", "main", "trunk")
    with pytest.raises(UsageError, match="unknown revision 'main'") as caught:
        repo.resolve("main")
    assert "notmain" in caught.value.hint


@pytest.mark.parametrize("rev", ["", "-x", "--all", ":/Change", "a\nb", "main..topic", "HEAD~99", "main:a", "\0"])
def test_what_is_no_commit_is_refused(repo: Repository, rev: str) -> None:
    with pytest.raises(UsageError):
        repo.resolve(rev)


def test_ids_tags_and_parents_are_resolved(repo: Repository) -> None:
    sha = repo.resolve("HEAD")
    repo.git.run("tag", "-m", "one", "v1")
    assert {repo.resolve(rev) for rev in (sha, sha[:10], "main", "v1", "refs/heads/main", "@", "main~0")} == {sha}


def test_a_repository_without_commits_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no commit yet"):
        Repository.init(tmp_path / "r").range(None, "main")


def test_ranges_start_at_the_merge_base(repo: Repository) -> None:
    fork, topic, main = repo.resolve("main~1"), repo.resolve("topic"), repo.resolve("main")
    assert repo.range("main..topic", "main") == (fork, topic)
    assert repo.range("main...topic", "main") == (fork, topic)
    assert repo.range("topic", "main") == (fork, main)
    assert repo.range("main~1..main", "main") == (fork, main)
    assert repo.range("..topic", "main") == (fork, topic)
    assert repo.range(f"{EMPTY_TREE}..main", "main") == (EMPTY_TREE, main)


def test_a_merge_commit_against_its_first_parent(repo: Repository) -> None:
    before = repo.resolve("main")
    after = repo.merge("topic", "Merge topic", name=NAME, email=EMAIL)
    assert repo.range("main~1..main", "main") == (before, after)


def test_the_default_base_of_a_branch_and_on_the_base_branch(repo: Repository) -> None:
    main, fork = repo.resolve("main"), repo.resolve("main~1")
    assert repo.range(None, "main") == (EMPTY_TREE, main)
    assert repo.range(None, "main", fork) == (fork, main)
    repo.switch("topic")
    assert repo.range(None, "main", main) == (fork, repo.resolve("topic"))


def test_a_detached_head_at_the_base_branch_counts_as_on_it(repo: Repository) -> None:
    repo.git.run("checkout", "--quiet", "--detach", "main")
    assert repo.range(None, "main") == (EMPTY_TREE, repo.resolve("main"))
    repo.git.run("checkout", "--quiet", "--detach", "topic")
    assert repo.range(None, "main")[0] == repo.resolve("main~1")


def test_the_remote_tracking_ref_stands_for_the_base(repo: Repository, tmp_path: Path) -> None:
    """A stale local main would count other people's merges as this branch's."""
    clone = Repository.clone(str(repo.root), tmp_path / "clone")
    clone.switch("topic")
    commit(repo, {"c": "1"})
    clone.git.run("fetch", "--quiet", "origin")
    clone.git.run("merge", "--quiet", "--ff-only", "origin/topic")
    clone.git.run("-c", f"user.name={NAME}", "-c", f"user.email={EMAIL}", "merge", "--quiet", "origin/main")
    assert clone.range(None, "main")[0] == clone.resolve("origin/main") != clone.resolve("main")


def test_errors_of_a_range_name_the_way_out(repo: Repository) -> None:
    repo.switch("topic")
    with pytest.raises(UsageError, match="no base branch 'trunk'"):
        repo.range(None, "trunk")
    repo.git.run("checkout", "--quiet", "--orphan", "island")
    commit(repo, {"i": "1"})
    with pytest.raises(UsageError, match="no commit in common"):
        repo.range("main..island", "main")


def test_a_shallow_clone_is_told_to_fetch_more(repo: Repository, tmp_path: Path) -> None:
    repo.switch("topic")
    shallow = tmp_path / "s"
    repo.git.run("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(shallow))
    clone = Repository.open(shallow)
    clone.git.run("fetch", "--quiet", "--depth=1", "origin", "main:main")
    with pytest.raises(UsageError, match="in common") as caught:
        clone.range("main..HEAD", "main")
    assert "--unshallow" in caught.value.hint
