"""A mixture without rows: mix leaves none, and training says why there is nothing to train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.artifact import write_json, write_jsonl
from labci.errors import FindingsError
from labci.git import EMPTY_TREE
from tests.conftest import Labci
from tests.tiny import tiny_model
from tests.train.test_mixture import folder, mixed

__all__ = ["folder"]  # a fixture


def test_an_empty_mixture_leaves_nothing_that_could_be_trained(folder: Path) -> None:
    """Neither rows of its own nor those that an earlier mix has left of other samples."""
    _, rows = mixed(folder, "emptied")
    assert rows
    with pytest.raises(FindingsError, match=r"^the mixture is empty: nothing was generated$"):
        mixed(folder, "emptied", samples=())
    assert list((folder / "emptied/mixture").iterdir()) == []


@pytest.mark.parametrize("flag", [(), ("--dry-run",), ("--format", "json")])
def test_training_of_no_rows_says_why_there_are_none(labci: Labci, repository: Path, flag: tuple[str, ...]) -> None:
    """A run of an earlier version may have an empty mixture; it was a division by zero."""
    run = repository / "run"
    write_json(run / "run.json", {"format": 1, "base": EMPTY_TREE, "head": "worktree"})
    write_jsonl(run / "rejects.jsonl", [{"reason": "low-score"}, {"reason": "not-grounded"}, {"reason": "low-score"}])
    write_jsonl(run / "mixture/train.jsonl", [])
    write_jsonl(run / "mixture/dev.jsonl", [])
    student = tiny_model(repository / "student")
    ended = labci("-C", repository, "train", "--run", run, "--model", student, "--teacher", "recorded:none", *flag)
    assert (ended.code, ended.out) == (1, "")
    assert "error: the mixture is empty: 2 low-score, 1 not-grounded\n" in ended.err
    assert f"read {run / 'rejects.jsonl'}" in ended.err
    assert not (run / "training").exists()
