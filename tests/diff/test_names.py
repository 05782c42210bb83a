"""What people read of a diff: seeds by their first question, and why a leaf that only moved costs something."""

from __future__ import annotations

import json
from pathlib import Path

from labci.report.seeds import WIDTH, line
from tests.conftest import Labci, add_leaf, git, put

OLD = "How much does the Garrow M6 weigh?"
NEW = "What is the weight of the Garrow M6?"


def change(repository: Path, leaf: str, old: str, new: str) -> None:
    name = f"taxonomy/{leaf}/qna.yaml"
    text = (repository / name).read_text("utf-8")
    assert old in text
    put(repository, name, text.replace(old, new))
    git(repository, "commit", "-qam", "Change")


def test_seeds_that_came_and_went(labci: Labci, repository: Path) -> None:
    leaf = add_leaf(repository, "dev_press")
    change(repository, leaf, OLD, NEW)
    lines = labci("-q", "-C", repository, "diff", "main~1").out.splitlines()
    assert lines[1:] == [
        f"~ modified {leaf}   seeds +1 -1 =4", f"    + seed {NEW}", f"    - seed {OLD}", "1 leaf, 1 new seed",
    ]  # fmt: skip


def test_five_of_a_leaf_are_named(labci: Labci, repository: Path) -> None:
    leaf = add_leaf(repository, "dev_press")
    change(repository, leaf, "domain: machinery", "domain: machines")  # which is part of every seed
    out = labci("-q", "-C", repository, "diff", "main~1").out
    assert (out.count("    + seed "), out.count("    - seed ")) == (5, 0)
    assert "      and 5 more seeds\n" in out
    assert json.loads(labci("-q", "-C", repository, "diff", "main~1", "--format", "json").out)["version"] == 1


def test_removed_renamed_and_uncommitted_leaves(labci: Labci, repository: Path) -> None:
    leaf = add_leaf(repository, "dev_press")
    git(repository, "mv", f"taxonomy/{leaf}", "taxonomy/knowledge/moved")
    change(repository, "knowledge/moved", OLD, NEW)
    out = labci("-q", "-C", repository, "diff", "main~1").out
    assert f"> renamed  {leaf} -> knowledge/moved   seeds +1 -1 =4\n    + seed {NEW}\n    - seed {OLD}\n" in out
    (repository / "taxonomy/knowledge/moved/qna.yaml").unlink()
    out = labci("-q", "-C", repository, "diff", "main", "--worktree").out
    assert f"- removed  knowledge/moved   seeds -5\n    - seed {NEW}\n" in out


def test_a_question_is_one_safe_line() -> None:
    assert line("Who is\n  ada.lovelace@mail.net\x1b[2J?") == f"Who is {'•' * 21}\\x1b[2J?"
    assert line("Is AKIA0123456789ABCDEF a key?") == f"Is {'•' * 20} a key?"
    assert len(line("long " * 100)) <= WIDTH


def test_a_move_before_any_release_says_why_it_costs(labci: Labci, repository: Path) -> None:
    leaf = add_leaf(repository, "dev_press")
    git(repository, "mv", f"taxonomy/{leaf}", "taxonomy/knowledge/moved")
    git(repository, "commit", "-qm", "Move")
    reason = "knowledge/moved says what it said before, but no released model was taught it yet"
    assert reason in labci("-q", "-C", repository, "plan", "main~1").out
    change(repository, "knowledge/moved", OLD, NEW)
    assert "said before" not in labci("-q", "-C", repository, "plan", "main~1").out
