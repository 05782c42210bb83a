"""Bad input is a message with a next step and the right exit code; never a traceback, nothing written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from labci import schema
from tests.conftest import Labci, add_leaf, git, put
from tests.tiny import tiny_model


def test_a_folder_that_is_no_repository(labci: Labci, tmp_path: Path) -> None:
    """It is named, and `labci init` offered."""
    ended = labci("-C", tmp_path, "diff")
    assert ended.code == 2
    assert "not a git repository" in ended.err
    assert "labci init" in ended.err


def test_a_repository_without_settings(labci: Labci, repository: Path) -> None:
    """The missing file is named."""
    (repository / "labci.yaml").unlink()
    ended = labci("-C", repository, "diff")
    assert ended.code == 2
    assert "no labci.yaml" in ended.err


def test_an_unknown_setting_has_line_and_column(labci: Labci, repository: Path) -> None:
    """With the nearest known name."""
    put(repository, "labci.yaml", "base: main\ntrain:\n  epoch: 3\n")
    ended = labci("-C", repository, "plan")
    assert ended.code == 2
    assert "labci.yaml:3:3" in ended.err
    assert "epochs" in ended.err


def test_a_place_stays_a_place(labci: Labci, repository: Path) -> None:
    """`:100:` is the name of an emoji."""
    put(repository, "labci.yaml", "\n" * 99 + "bass: main\n")
    assert labci("-C", repository, "diff").err.startswith("error: labci.yaml:100:1: ")


def test_settings_that_are_not_there_are_not_init_s_to_make(labci: Labci, repository: Path) -> None:
    """--config names them; a folder has none to offer."""
    for name in ("nope.yaml", "."):
        ended = labci("-C", repository, "--config", name, "diff")
        assert (ended.code, f"--config {name}" in ended.err, "init" in ended.err) == (2, True, False)


def test_a_stage_without_its_input_names_the_one_before(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    assert labci("-q", "-C", repository, "diff").code == 0
    (run,) = (repository / ".labci/runs").iterdir()
    tiny_model(repository / "base")
    ended = labci("-q", "-C", repository, "evaluate", "--run", run, "--model", "base", "--teacher", "recorded:x")
    assert ended.code == 2
    assert "checkpoint is missing" in ended.err
    assert "labci train" in ended.err
    assert "models pull" not in ended.err


def test_a_recording_that_is_not_there_is_no_stage(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    ended = labci("-q", "-C", repository, "plan", "--teacher", "recorded:nope.jsonl")
    assert ended.code == 2
    assert "the recording nope.jsonl is missing" in ended.err
    assert "stage before" not in ended.err


def test_what_can_not_be_carried_out_as_written_is_not_repeated(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    for wrong in (("--from", "nonsense"), ("--from", "gate", "--to", "diff"), ("--teacher", "recorded:nope.jsonl")):
        ended = labci("-q", "-C", repository, "run", *wrong)
        assert (ended.code, "continue with" in ended.err) == (2, False)


@pytest.mark.parametrize("command", [[], ["models"], ["ci"]])
def test_no_command_is_answered_by_help_alone(labci: Labci, command: list[str]) -> None:
    ended = labci(*command)
    assert ended.code == 2
    assert "Usage: " in ended.out + ended.err
    assert "error:" not in ended.err


def test_a_wrong_value_of_a_flag(labci: Labci, repository: Path) -> None:
    """Named as the flag it came from."""
    ended = labci("-C", repository, "plan", "--set", "train.epochs=many")
    assert (ended.code, ended.err.partition(":")[2].partition(":")[0]) == (2, " --set train.epochs")


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
def test_a_number_without_an_end_is_no_margin(labci: Labci, repository: Path, number: str) -> None:
    """With it nothing would be lost on general questions, whatever is lost."""
    put(repository, "labci.yaml", f"gate:\n  margin_nll: {number}\n")
    ended = labci("-C", repository, "plan")
    assert ended.code == 2
    assert "labci.yaml:2:15: gate.margin_nll: no such number can be set" in ended.err


SETTINGS = {
    "train.epoch=3": "unknown setting 'train.epoch'\n next: did you mean 'epochs'?",
    "epochs=3": "unknown setting 'epochs'\n next: did you mean 'train.epochs'?",
    "foo=1": "unknown setting 'foo'\n next: known here: taxonomy, base",
    "train.epochs.x=1": "{'x': 1} is not of type 'number'",
    "train=3": "3 is not of type 'object'",
    "train.epochs=": "no value",
    "gate.margin_nll=.inf": "no such number can be set",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_wrong_setting_on_the_command_line(labci: Labci, repository: Path, setting: str) -> None:
    """As good a message as labci.yaml gets."""
    ended = labci("-C", repository, "diff", "--set", setting)
    assert ended.code == 2
    assert ended.err.startswith("error: --set ")
    assert SETTINGS[setting] in ended.err


def test_a_section_on_the_command_line(labci: Labci, repository: Path) -> None:
    ended = labci("-v", "-C", repository, "diff", "--set", "train={epochs: 3}")
    assert ended.code == 0
    assert re.search(r"train\.epochs +3 +flag", ended.err)


def test_a_usage_error_leads_to_the_command_s_own_help(labci: Labci) -> None:
    assert "next: labci lint --help" in labci("lint", "--nope").err
    assert "next: labci models pull --help" in labci("models", "pull", "--nope").err
    assert "next: labci --help" in labci("nonsense").err


def test_an_unknown_revision(labci: Labci, repository: Path) -> None:
    """Names are exact: `mai` is not main."""
    ended = labci("-C", repository, "diff", "mai..main")
    assert ended.code == 2
    assert "mai" in ended.err
    assert "'main'" in ended.err


def test_nothing_new_is_no_error(labci: Labci, repository: Path) -> None:
    """Exit 0, and since when."""
    put(repository, "notes.txt", "hello\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Notes")
    for command in ("diff", "plan", "run"):
        ended = labci("-q", "-C", repository, command, "main~1..main")
        assert ended.code == 0, ended.err
        assert f"nothing is new since {git(repository, 'rev-parse', 'main~1')[:12]}" in ended.out + ended.err


def test_a_plan_of_nothing_is_a_plan(labci: Labci, repository: Path) -> None:
    """Who parses it needs no other case for the commonest one."""
    ended = labci("-q", "-C", repository, "plan", "HEAD..HEAD", "--format", "json", "--max-calls", "0")
    assert ended.code == 0
    assert "nothing is new since" in ended.err
    value = json.loads(ended.out)
    assert list(schema.validator("plan").iter_errors(value)) == []
    assert (value["calls"], value["leaves"], value["train"]["tokens"]) == (0, [], 0)


def test_a_run_folder_of_another_version(labci: Labci, repository: Path) -> None:
    """Refused, not half-read."""
    add_leaf(repository, "dev_press")
    put(repository, ".labci/runs/old/run.json", json.dumps({"format": 99, "base": "x", "head": "y"}))
    ended = labci("-C", repository, "generate", "--run", repository / ".labci/runs/old")
    assert ended.code == 2
    assert "another version" in ended.err


def test_a_folder_that_is_no_run_folder(labci: Labci, repository: Path) -> None:
    """It is named."""
    ended = labci("-C", repository, "mix", "--run", repository)
    assert ended.code == 2
    assert "not a run folder" in ended.err


def test_stages_out_of_order(labci: Labci, repository: Path) -> None:
    """train needs a mixture."""
    add_leaf(repository, "dev_press")
    ended = labci("-C", repository, "run", "--from", "release", "--to", "mix", "main~1..main")
    assert ended.code == 2
    assert "comes after" in ended.err
    ended = labci("-C", repository, "run", "--from", "nonsense", "main~1..main")
    assert ended.code == 2
    assert "no stage 'nonsense'" in ended.err


def test_json_is_alone_on_stdout(labci: Labci, repository: Path) -> None:
    """Progress goes to stderr."""
    leaf = add_leaf(repository, "dev_press")
    ended = labci("-C", repository, "diff", "main~1..main", "--format", "json")
    assert ended.code == 0
    value = json.loads(ended.out)
    assert [change["path"] for change in value["changes"]] == [leaf]
    assert len(value["changes"][0]["seeds"]["added"]) == 5


def test_a_folder_that_is_not_there_is_not_its_parent(repository: Path, labci: Labci) -> None:
    put(repository, "taxonomy/compositional_skills/a/b/qna.yaml", "a: [")
    ended = labci("-C", repository / "nope" / "nope", "lint")
    assert (ended.code, f"there is no folder {repository}/nope/nope" in ended.err) == (2, True)


def test_a_file_is_no_folder(repository: Path, labci: Labci) -> None:
    ended = labci("-C", repository / "labci.yaml", "lint")
    assert (ended.code, "labci.yaml is no folder" in ended.err) == (2, True)
