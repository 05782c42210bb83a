"""`labci diff` on histories as they are: merges, odd repositories, odd names, leaves that are no files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ended, Labci, git, put

PLACE = "taxonomy/compositional_skills/writing"
SEEDS = ["What is one?", "What is two?", "What is three?"]


def skill(*questions: str) -> str:
    rows = "".join(f"  - question: {question}\n    answer: It is that.\n" for question in questions)
    return f"version: 3\ncreated_by: ada\ntask_description: Answer politely\nseed_examples:\n{rows}"


def commit(folder: Path, message: str, **leaves: str) -> str:
    """Write qna.yaml of some leaves and commit everything; "" takes a leaf away. The commit's id."""
    for name, text in leaves.items():
        file = put(folder, f"{PLACE}/{name}/qna.yaml", text)
        if not text:
            file.unlink()
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def start(folder: Path, *options: str) -> Path:
    """A repository with one leaf on main."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *options)
    put(folder, "labci.yaml", "taxonomy: taxonomy\n")
    put(folder, ".gitignore", ".labci/\n")
    commit(folder, "Start", letters=skill(*SEEDS))
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return start(tmp_path / "r")


def diff(labci: Labci, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = labci("-C", folder, "diff", *arguments, "--format", "json")
    assert done.code == 0, done.err
    changes: list[dict[str, Any]] = json.loads(done.out)["changes"]
    return changes


def brief(changes: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Name, status and how many seeds are new."""
    return [(change["path"].rpartition("/")[2], change["status"], len(change["seeds"]["added"])) for change in changes]


def merge(folder: Path, name: str) -> None:
    git(folder, "merge", "-q", "--no-ff", "-m", f"Merge {name}", name)


def test_main_merged_into_the_branch_is_not_the_branch_s(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-q", "main")
    commit(repo, "Other's", poems=skill("What is five?"))
    git(repo, "switch", "-q", "topic")
    merge(repo, "main")
    assert brief(diff(labci, repo)) == [("notes", "added", 1)]
    assert brief(diff(labci, repo, "main..topic")) == [("notes", "added", 1)]


def test_a_branch_whose_name_ends_in_main_is_not_main(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "notmain")
    commit(repo, "Own", notes=skill("What is four?"))
    assert brief(diff(labci, repo)) == [("notes", "added", 1)]
    git(repo, "branch", "-qD", "main")
    done = labci("-C", repo, "diff")
    assert (done.code, "no base branch 'main'" in done.err) == (2, True)


def test_a_base_that_is_behind_a_merge(repo: Path, labci: Labci) -> None:
    """The pull request was opened against a main that has since merged something else."""
    old = git(repo, "rev-parse", "main")
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-qc", "other", "main")
    commit(repo, "Other's", poems=skill("What is five?"))
    git(repo, "switch", "-q", "main")
    merge(repo, "other")
    git(repo, "switch", "-q", "topic")
    assert brief(diff(labci, repo, f"{old}..topic")) == [("notes", "added", 1)]
    git(repo, "switch", "-q", "main")
    merge(repo, "topic")
    assert brief(diff(labci, repo, "main~1..main")) == [("notes", "added", 1)]


def test_a_criss_cross_merge_shows_own_changes_only(repo: Path, labci: Labci) -> None:
    """Two best common ancestors: whichever is taken, what both sides have is no change."""
    git(repo, "switch", "-qc", "topic")
    mine = commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-q", "main")
    theirs = commit(repo, "Other's", poems=skill("What is five?"))
    git(repo, "merge", "-q", "--no-ff", "-m", "Cross", mine)
    git(repo, "switch", "-q", "topic")
    git(repo, "merge", "-q", "--no-ff", "-m", "Criss", theirs)
    commit(repo, "More", essays=skill("What is six?"))
    assert len(git(repo, "merge-base", "--all", "main", "topic").split()) == 2
    assert brief(diff(labci, repo, "main..topic")) == [("essays", "added", 1)]


def test_a_criss_cross_in_a_clone_without_a_local_main(repo: Path, labci: Labci, tmp_path: Path) -> None:
    """As CI and contributors have it: the base branch is known by its remote-tracking name alone."""
    test_a_criss_cross_merge_shows_own_changes_only(repo, labci)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--branch", "topic", str(repo), str(clone))
    assert brief(diff(labci, clone)) == [("essays", "added", 1)]


def test_a_leaf_moved_across_a_criss_cross_is_still_a_rename(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    mine = commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-q", "main")
    theirs = commit(repo, "Rewrite", letters=skill(*SEEDS[:2], "What is quite another thing?", "What is more of it?"))
    git(repo, "merge", "-q", "--no-ff", "-m", "Cross", mine)
    git(repo, "switch", "-q", "topic")
    git(repo, "merge", "-q", "--no-ff", "-m", "Criss", theirs)
    text = (repo / PLACE / "letters/qna.yaml").read_text()
    commit(repo, "Move", letters="", epistles=text)
    assert [(status, name) for name, status, _ in brief(diff(labci, repo, "main..topic"))] == [("renamed", "epistles")]


def test_a_leaf_that_moved_and_changed(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Move", letters="", epistles=skill(*SEEDS[:2], "What is four?"))
    (change,) = diff(labci, repo)
    assert (change["status"], change["from"].rpartition("/")[2]) == ("renamed", "letters")
    assert [len(change["seeds"][key]) for key in ("added", "removed", "kept")] == [1, 1, 2]


def test_detached_head_in_ci(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    head = commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-q", "--detach", head)
    assert brief(diff(labci, repo)) == [("notes", "added", 1)]


def test_a_shallow_clone_says_what_to_fetch(repo: Path, labci: Labci, tmp_path: Path) -> None:
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Own", notes=skill("What is four?"))
    git(repo, "switch", "-q", "main")
    commit(repo, "Other's", poems=skill("What is five?"))
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo}", str(clone))
    git(clone, "switch", "-q", "topic")
    done = labci("-C", clone, "diff", "origin/main..topic")
    assert (done.code, "git fetch --unshallow" in done.err) == (2, True)


def test_histories_with_nothing_in_common(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-q", "--orphan", "island")
    put(repo, "labci.yaml", "taxonomy: taxonomy\n")
    commit(repo, "Alone", notes=skill("What is four?"))
    done = labci("-C", repo, "diff", "main..island")
    assert (done.code, "no commit in common" in done.err) == (2, True)


def test_a_bare_repository(repo: Path, labci: Labci, tmp_path: Path) -> None:
    commit(repo, "Own", notes=skill("What is four?"))
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    assert brief(diff(labci, bare, "main~1..main")) == [("notes", "added", 1)]


def test_a_repository_with_sha256(labci: Labci, tmp_path: Path) -> None:
    repo = start(tmp_path / "r", "--object-format=sha256")
    assert brief(diff(labci, repo)) == [("letters", "added", 3)]
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Own", letters=skill(*SEEDS[:2], "What is four?"), notes=skill("What is five?"))
    assert brief(diff(labci, repo)) == [("letters", "modified", 1), ("notes", "added", 1)]
    put(repo, f"{PLACE}/poems/qna.yaml", skill("What is six?"))
    assert brief(diff(labci, repo, "--worktree")) == [
        ("letters", "modified", 1), ("notes", "added", 1), ("poems", "added", 1),
    ]  # fmt: skip


def test_an_empty_repository(labci: Labci, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, "labci.yaml", "taxonomy: taxonomy\n")
    done = labci("-C", tmp_path, "diff")
    assert (done.code, "no commit yet" in done.err) == (2, True)


@pytest.mark.parametrize(
    "name",
    [
        "briefe_über_städte",
        "手紙",
        'with "quotes" and\ttab',
        "a b  c",
        "x" * 200,
        "/".join(["deep"] * 60),
        "-dash",
        "*",
    ],
)
def test_names_as_git_takes_them(repo: Path, labci: Labci, name: str) -> None:
    git(repo, "switch", "-qc", "topic")
    commit(repo, "Own", **{name: skill("What is four?")})
    (change,) = diff(labci, repo)
    assert (change["path"], change["status"]) == (f"compositional_skills/writing/{name}", "added")
    assert "1 leaf" in labci("-C", repo, "diff").out


def refused(done: Ended, path: str) -> bool:
    return done.code == 2 and path in done.err and "labci reads plain files only" in done.err


def test_a_link_in_place_of_a_leaf_is_refused(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    file = repo / PLACE / "letters/qna.yaml"
    put(repo, "elsewhere.yaml", file.read_text())
    file.unlink()
    file.symlink_to("../../../../elsewhere.yaml")
    assert refused(labci("-C", repo, "diff", "--worktree"), f"{PLACE}/letters/qna.yaml")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Link")
    assert refused(labci("-C", repo, "diff"), f"{PLACE}/letters/qna.yaml")


def test_a_linked_folder_is_refused(repo: Path, labci: Labci) -> None:
    git(repo, "switch", "-qc", "topic")
    (repo / PLACE / "copies").symlink_to("letters")
    assert refused(labci("-C", repo, "diff", "--worktree"), f"{PLACE}/copies")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Link")
    assert refused(labci("-C", repo, "diff"), f"{PLACE}/copies")


def test_a_submodule_is_refused(repo: Path, labci: Labci, tmp_path: Path) -> None:
    other = start(tmp_path / "other")
    git(repo, "switch", "-qc", "topic")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), f"{PLACE}/borrowed")
    git(repo, "commit", "-qm", "Borrow")
    assert refused(labci("-C", repo, "diff"), f"{PLACE}/borrowed")
