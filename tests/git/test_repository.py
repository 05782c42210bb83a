"""Repositories as labci opens and reads them, on real ones."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.git import EMPTY_TREE, WORKTREE, FileChange, Repository
from labci.taxonomy import Entry
from tests.git.make import EMAIL, NAME, commit, repository, write

LEAF = "taxonomy/knowledge/x/qna.yaml"


def test_open_from_a_subfolder_a_file_and_bare(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {LEAF: "a: 1\n"})
    assert Repository.open(repo.root / "taxonomy/knowledge").root == repo.root
    assert Repository.open(repo.root / LEAF).root == repo.root
    bare = Repository.init(tmp_path / "b.git", bare=True)
    assert (Repository.open(tmp_path / "b.git").bare, bare.root) == (True, (tmp_path / "b.git").resolve())
    assert repo.bare is False


def test_open_outside_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository") as caught:
        Repository.open(tmp_path)
    assert "labci init" in caught.value.hint
    with pytest.raises(UsageError, match="no folder"):
        Repository.open(tmp_path / "missing" / "deeper")


def test_a_hooks_variables_do_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other", {"a": "1"})
    repo = repository(tmp_path / "r", {"b": "2"})
    for name, value in (
        ("GIT_DIR", other.root / ".git"),
        ("GIT_WORK_TREE", other.root),
        ("GIT_INDEX_FILE", "x"),
    ):
        monkeypatch.setenv(name, str(value))
    assert Repository.open(repo.root).root == repo.root
    assert [entry.path for entry in repo.tree("HEAD").entries()] == ["b"]


def test_no_hook_and_no_filter_runs(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a": "1"})
    marker = tmp_path / "ran"
    hooks = repo.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "post-checkout", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (hooks / name).chmod(0o755)
    repo.git.run("config", "core.fsmonitor", f"touch {marker}")
    commit(repo, {"b": "2"})
    repo.switch("topic", create=True)
    assert list(repo.worktree().entries())
    assert not marker.exists()


def test_tree_reads_files_and_no_links(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r")
    write(repo.root / LEAF, "a: 1\n")
    (repo.root / "taxonomy/knowledge/link.md").symlink_to("/etc/passwd")
    (repo.root / "folder").symlink_to("taxonomy")
    tree = repo.tree(commit(repo, {"taxonomy/z z.md": "z", "other": "o"}))
    assert tree.read(LEAF) == b"a: 1\n"
    assert tree.size(LEAF) == 5
    missing = (
        "taxonomy/knowledge/link.md",
        "folder/z z.md",
        "taxonomy",
        "none",
        "",
        "../x",
        f"{LEAF}/x",
        "/other",
    )
    assert [tree.read(path) for path in missing] == [None] * len(missing)
    assert [entry.path for entry in tree.entries("taxonomy")] == [LEAF, "taxonomy/z z.md"]
    assert [entry.path for entry in tree.entries("nowhere")] == []
    assert list(repo.tree(EMPTY_TREE).entries()) == []
    assert repo.tree(EMPTY_TREE).read(LEAF) is None


def test_reading_survives_close_and_big_files(tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    repo = repository(tmp_path / "r", {"big": data})
    tree = repo.tree("HEAD")
    assert tree.read("big") == data
    repo.close()
    assert tree.read("big") == data


def test_worktree_has_tracked_and_new_files_but_not_ignored_ones(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a.md": "1", "gone.md": "2", ".gitignore": "*.log\n"})
    for name, content in {"a.md": "changed", "new/b c.md": "3", "x.log": "4"}.items():
        write(repo.root / name, content)
    (repo.root / "gone.md").unlink()
    (repo.root / "link.md").symlink_to("a.md")
    (repo.root / "outside").symlink_to(tmp_path)
    files = repo.worktree()
    assert [entry.path for entry in files.entries()] == [".gitignore", "a.md", "new/b c.md"]
    assert files.read("a.md") == b"changed"
    refused = ("link.md", "gone.md", "../r/a.md", "/etc/passwd", ".git/config", "outside/r/a.md")
    assert [files.read(path) for path in refused] == [None] * len(refused)


def test_blob_ids_are_the_same_on_disk_and_in_git(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a.md": "text\n", "b/c.md": "more\n"})
    assert list(repo.worktree().entries()) == list(repo.tree("HEAD").entries())
    assert Entry(path="a.md", blob="8e27be7d6154a1f68ea9160ef0e18691d20560dc") in repo.tree("HEAD").entries()


def test_a_bare_repository_has_no_worktree(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bare"):
        Repository.init(tmp_path / "b", bare=True).worktree()


def test_changed_between_commits_and_on_disk(tmp_path: Path) -> None:
    text = "line\n" * 30
    repo = repository(tmp_path / "r", {"t/a.md": text, "t/b.md": "b", "out.md": "o"})
    first = repo.resolve("HEAD")
    (repo.root / "t/sub").mkdir()
    (repo.root / "t/a.md").rename(repo.root / "t/sub/a.md")
    second = commit(repo, {"t/b.md": "", "t/c.md": "c", "out.md": "changed"})
    assert set(repo.changed(first, second, "t")) == {
        FileChange("renamed", "t/sub/a.md", "t/a.md"),
        FileChange("removed", "t/b.md"),
        FileChange("added", "t/c.md"),
    }  # fmt: skip
    assert FileChange("modified", "out.md") in repo.changed(first, second)
    assert {change.status for change in repo.changed(EMPTY_TREE, second)} == {"added"}
    write(repo.root / "t/new.md", "n")
    write(repo.root / "t/c.md", "changed on disk")
    assert set(repo.changed(second, WORKTREE, "t")) == {
        FileChange("modified", "t/c.md"), FileChange("added", "t/new.md")
    }  # fmt: skip


def test_files_that_hold_a_text(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"t/a b.md": "HEAD\n", "t/c.md": "head", "d.md": "HEAD"})
    write(repo.root / "t/new.md", "at: HEAD")
    (repo.root / "t/link.md").symlink_to("../d.md")
    assert list(repo.containing("HEAD", repo.resolve("HEAD"), "t")) == ["t/a b.md"]
    assert sorted(repo.containing("HEAD", WORKTREE, "t")) == ["t/a b.md", "t/new.md"]
    assert list(repo.containing("-x.*", repo.resolve("HEAD"), "")) == []


def test_authors_by_name_only(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a/x": "1", "b/x": "1"})
    first = repo.resolve("HEAD")
    write(repo.root / "a/x", "2")
    message = "Two\n\nSigned-off-by: Bob B <bob@example.org>\nCo-authored-by: Carol <c@example.org>"
    second = repo.commit_all(message, name="Dora D", email="dora@example.org")
    assert repo.authors(first, second, "a") == ("Dora D", "Bob B", "Carol")
    assert repo.authors(EMPTY_TREE, second, "a") == ("Dora D", "Bob B", "Carol", NAME)
    assert repo.authors(first, second, "b") == ()


def test_branch_time_and_merge(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a": "1"})
    repo.switch("topic", create=True)
    commit(repo, {"b": "2"})
    assert repo.branch() == "topic"
    repo.switch("main")
    merged = repo.merge("topic", "Merge topic", name=NAME, email=EMAIL)
    assert repo.resolve("main^2") == repo.resolve("topic")
    assert abs((datetime.now(UTC) - repo.commit_time(merged)).total_seconds()) < 3600
    repo.git.run("checkout", "--quiet", "--detach")
    assert repo.branch() is None


def test_clone_obeys_the_allow_list(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a": "1"})
    with pytest.raises(UsageError, match="file are not allowed"):
        Repository.clone(str(repo.root), tmp_path / "c", allow=("https",))
    clone = Repository.clone(f"file://{repo.root}", tmp_path / "c")
    assert clone.resolve("HEAD") == repo.resolve("HEAD")


def test_a_commit_that_is_not_here_is_named(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"a": "1"})
    with pytest.raises(UsageError, match="unknown revision"):
        repo.tree("1" * 40)


def test_a_damaged_object_is_said_so_and_the_next_one_is_read(tmp_path: Path) -> None:
    """Never a part of it as the whole."""
    repo = repository(tmp_path / "r", {"big.md": random.Random(0).randbytes(400_000).hex(), "small.md": "s"})
    tree = repo.tree("HEAD")
    blob = tree.blob("big.md") or ""
    file = repo.root / ".git" / "objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:200_000])
    with pytest.raises(UsageError, match=f"git can't read the object {blob[:12]}"):
        tree.read("big.md")
    assert tree.read("small.md") == b"s"


def test_closing_in_the_middle_of_an_object_does_not_wait(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"big.md": "x" * 3_000_000})
    blob = repo.tree("HEAD").blob("big.md") or ""
    repo.git._objects.header(blob)
    repo.close()
    assert repo.git.object(blob)[0] == "blob"
