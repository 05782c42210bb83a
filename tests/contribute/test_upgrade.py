"""`labci ci upgrade`: newer workflows, with what was edited kept, in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from labci import contribute
from labci.contribute.repository import RECORD, written
from tests.conftest import Labci, git

FILE = ".github/workflows/pr.yml"
NEW = written()[FILE].decode()
OLD = NEW.replace("timeout-minutes: 15", "timeout-minutes: 5").replace("name: pull request", "name: pull requests", 1)


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A repository that an older labci began, whose pr.yml was another."""
    assert OLD.count("\n") == NEW.count("\n")
    assert OLD != NEW
    contribute.init(tmp_path / "repo")
    older(tmp_path / "repo", OLD)
    git(tmp_path / "repo", "add", "-A")
    git(tmp_path / "repo", "commit", "-qm", "Begin")
    return tmp_path / "repo"


def older(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text)
    record = json.loads((folder / RECORD).read_text())
    record["files"][FILE] = text.splitlines()
    record["labci"] = "0.0.1"
    (folder / RECORD).write_text(json.dumps(record))


def how(folder: Path) -> dict[str, str]:
    return {item.path: item.how for item in contribute.upgrade(folder)}


def test_a_fresh_repository_has_nothing_to_do(tmp_path: Path, labci: Labci) -> None:
    contribute.init(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert contribute.upgrade(tmp_path) == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert labci("-C", tmp_path, "ci", "upgrade").out.startswith("nothing to do")


def test_what_nobody_edited_is_replaced(begun: Path) -> None:
    assert how(begun) == {FILE: "replaced"}
    assert (begun / FILE).read_text() == NEW
    assert json.loads((begun / RECORD).read_text()) == json.loads(written()[RECORD])
    assert how(begun) == {}


def test_an_edit_elsewhere_in_the_file_is_kept(begun: Path) -> None:
    (begun / FILE).write_text(OLD + "# ours\n")
    assert how(begun) == {FILE: "merged"}
    assert (begun / FILE).read_text() == NEW + "# ours\n"
    assert how(begun) == {}


def test_a_merged_file_is_merged_again(begun: Path) -> None:
    (begun / FILE).write_text(OLD + "# ours\n")
    contribute.upgrade(begun)
    git(begun, "commit", "-qam", "Upgrade")
    record = json.loads((begun / RECORD).read_text())
    record["files"][FILE] = OLD.splitlines()  # as if the version that merged it had been this old
    (begun / RECORD).write_text(json.dumps(record))
    (begun / FILE).write_text(OLD + "# ours\n")
    assert how(begun) == {FILE: "merged"}
    assert (begun / FILE).read_text() == NEW + "# ours\n"


def test_an_edit_of_the_same_line_is_shown_and_stays(begun: Path, labci: Labci) -> None:
    own = OLD.replace("name: pull requests", "name: ours", 1)
    (begun / FILE).write_text(own)
    done = labci("-C", begun, "ci", "upgrade")
    assert done.code == 1
    assert f"conflict  {FILE}" in done.out
    assert "-name: pull requests" in done.out
    assert "+name: pull request\n" in done.out
    assert f"left as they are: {FILE}" in done.err
    assert (begun / FILE).read_text() == own
    (begun / FILE).write_text(NEW + "# ours\n")  # taken over by hand
    assert how(begun) == {FILE: "merged"}
    assert (begun / FILE).read_text() == NEW + "# ours\n"
    assert how(begun) == {}


def test_what_was_taken_away_stays_away_and_what_is_new_comes(begun: Path) -> None:
    (begun / FILE).unlink()
    name = ".github/ISSUE_TEMPLATE/skill.yml"
    record = json.loads((begun / RECORD).read_text())
    del record["files"][name]
    (begun / RECORD).write_text(json.dumps(record))
    (begun / name).unlink()
    assert how(begun) == {FILE: "kept", name: "added"}
    assert (begun / name).exists()
    assert not (begun / FILE).exists()
    assert how(begun) == {FILE: "kept"}


@pytest.mark.parametrize("text", [None, "{", "[]", '{"files": 1}', '{"files": {"a": 1}}'])
def test_without_a_record_nothing_is_overwritten(begun: Path, text: str | None) -> None:
    (begun / RECORD).unlink() if text is None else (begun / RECORD).write_text(text)
    assert how(begun) == {FILE: "conflict"}
    assert (begun / FILE).read_text() == OLD


def test_a_link_is_not_written_through(begun: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    (begun / FILE).unlink()
    (begun / FILE).symlink_to(tmp_path / "outside")
    assert how(begun) == {FILE: "kept"}
    assert (tmp_path / "outside").read_text() == "mine"


def test_issue_forms_have_what_github_asks_of_them() -> None:
    forms = {name: yaml.safe_load(data) for name, data in written().items() if "/ISSUE_TEMPLATE/" in name}
    assert len(forms) == 3
    for form in forms.values():
        assert {"name", "description", "body"} <= set(form)
        ids = [field["id"] for field in form["body"]]
        assert len(ids) == len(set(ids))
        assert {field["type"] for field in form["body"]} <= {"input", "textarea", "checkboxes"}
        assert all(field["attributes"]["label"] for field in form["body"])
