"""Leaves as labci prints them can be given back; what is on disk and in no commit is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import LEAVES, Labci, add_leaf, git, put
from tests.contribute.world import world, write_leaf

LEAF = "knowledge/bench/dev_press"
FORMS = [LEAF, f"taxonomy/{LEAF}", f"taxonomy/{LEAF}/", f"taxonomy/{LEAF}/qna.yaml", f"{LEAF}/qna.yaml"]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_both_forms_of_a_leaf(labci: Labci, repository: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """From here, and below the taxonomy root."""
    add_leaf(repository, "dev_press")
    add_leaf(repository, "dev_press", leaf="other")
    monkeypatch.chdir(repository)
    ended = labci("-q", "plan", "main~2", "--leaf", form, "--format", "json")
    assert ended.code == 0, ended.err
    assert [leaf["path"] for leaf in json.loads(ended.out)["leaves"]] == [LEAF]
    ended = labci("lint", form, "--format", "json")
    assert {item["path"] for item in json.loads(ended.out)["diagnostics"]} <= {f"taxonomy/{LEAF}/qna.yaml"}
    assert json.loads(ended.out)["files"] > 0


def test_from_a_folder_below(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    for folder, form in (("taxonomy/knowledge", "bench/dev_press"), ("documents", LEAF)):
        ended = labci("-q", "-C", repository / folder, "plan", "main~1", "--leaf", form)
        assert (ended.code, LEAF in ended.out) == (0, True), ended.err


def test_a_leaf_that_was_removed_is_one(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    git(repository, "rm", "-qr", f"taxonomy/{LEAF}")
    git(repository, "commit", "-qm", "Remove")
    assert labci("-q", "-C", repository, "plan", "main~1", "--leaf", LEAF).code == 0


@pytest.mark.parametrize("command", ["plan", "generate", "run"])
def test_no_such_leaf(labci: Labci, repository: Path, command: str) -> None:
    add_leaf(repository, "dev_press")
    ended = labci("-q", "-C", repository, command, "main~1", "--leaf", "knowledge/dev_pres")
    assert ended.code == 2
    assert f"there is no leaf 'knowledge/dev_pres'\n next: did you mean {LEAF}?" in ended.err


def test_a_leaf_that_is_only_on_disk(labci: Labci, repository: Path) -> None:
    write_leaf(repository)
    ended = labci("-q", "-C", repository, "plan", "--leaf", LEAF)
    assert (ended.code, "--worktree includes it" in ended.err) == (2, True)
    assert labci("-q", "-C", repository, "plan", "--worktree", "--leaf", LEAF).code == 0


def test_a_path_that_is_nowhere_is_refused_as_written(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    ended = labci("-C", repository, "lint", "knowledge/none")
    assert (ended.code, "knowledge/none does not exist" in ended.err) == (2, True)


@pytest.mark.parametrize("command", ["diff", "plan", "run --to plan"])
def test_leaves_that_are_not_committed_are_told(labci: Labci, repository: Path, command: str) -> None:
    """On stderr, beside the result, and only of what diff would see."""
    write_leaf(repository)
    put(repository, "taxonomy/knowledge/bench/notes.md", "mine\n")
    ended = labci("-q", "-C", repository, *command.split())
    assert ended.code == 0
    assert "nothing is new since" in ended.out + ended.err
    assert f"1 leaf on disk is not committed: {LEAF}; include it with --worktree, or" in ended.err
    assert "not committed" not in labci("-q", "-C", repository, *command.split(), "--worktree", "main").err
    for name in "abc":
        write_leaf(repository, f"knowledge/bench/{name}")
    ended = labci("-q", "-C", repository, *command.split())
    assert "4 leaves on disk are not committed: knowledge/bench/a, knowledge/bench/b, " in ended.err
    assert "knowledge/bench/c and 1 more;" in ended.err


def test_nothing_is_told_where_all_is_committed(labci: Labci, repository: Path) -> None:
    """A file that was touched is no change, and neither is one at another commit than HEAD's."""
    add_leaf(repository, "dev_press")
    file = repository / f"taxonomy/{LEAF}/qna.yaml"
    file.write_bytes((LEAVES / "dev_press/qna.yaml").read_bytes())
    assert "not committed" not in labci("-C", repository, "diff").err
    put(repository, f"taxonomy/{LEAF}/qna.yaml", file.read_text("utf-8") + "# more\n")
    assert "not committed" not in labci("-C", repository, "diff", "main~1..main~1").err
    assert "1 leaf on disk is not committed" in labci("-C", repository, "diff", "--format", "json").err


@pytest.mark.parametrize("form", FORMS)
def test_submit_takes_both_forms(labci: Labci, repository: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    with world(repository, monkeypatch) as place:
        write_leaf(place.clone)
        write_leaf(place.clone, "knowledge/bench/other")
        monkeypatch.chdir(place.clone)
        ended = labci("submit", form, "--dry-run")
        assert ended.code == 0, ended.err
        assert f"  taxonomy/{LEAF}/qna.yaml" in ended.out
        assert "other" not in ended.out  # though it reads the same document: it stays on disk


BROKEN = {
    "no list": ("seed_examples:", "seeds:", ":1: no list seed_examples"),
    "no answer": ("        answer: 6 bar\n", "", ":32: not a valid leaf ('answer')"),
    "no commit": ("  commit: HEAD\n", "", ":71: not a valid leaf ('commit')"),
    "no YAML": ("domain: machinery", "domain: [", ":"),
}


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_leaf_that_cannot_be_read(labci: Labci, repository: Path, old: str, new: str, message: str) -> None:
    """Path from the repository's root, line, and a command that takes what it prints."""
    write_leaf(repository)
    name = f"taxonomy/{LEAF}/qna.yaml"
    text = (repository / name).read_text("utf-8")
    assert old in text
    put(repository, name, text.replace(old, new, 1))
    ended = labci("-q", "-C", repository, "diff", "--worktree")
    assert ended.code == 1
    assert ended.err.startswith(f"error: {name}{message}")
    assert labci("-C", repository, "lint", LEAF).code == 1
