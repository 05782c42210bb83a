"""The comment on a pull request from a fork, over HTTP: one, edited in place, whatever the artifact holds."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci.ci import comment, outcome
from labci.errors import LabciError, OutsideError, UsageError
from labci.forges.github.project import fitting
from labci.report.comment import MARKER
from labci.schema import validator
from tests.ci.conftest import LEAF, RHYMES, skill
from tests.ci.hub import BRANCH, FORK, GOOD, OWN, Stage, leaf
from tests.servers.github import TOKEN, Repo
from tests.servers.github_runs import Comment, Run

pytestmark = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback


def test_one_comment_follows_the_pull_request(stage: Stage) -> None:
    bad = stage.push(leaf(GOOD.replace("    answer: There once was a cat, number 3", "    awnser: A cat, number 3")))
    assert stage.comment(bad, stage.check(bad))[0] == "#7: commented"
    (said,) = stage.talk.comments
    assert re.match(r"\*\*labci: \d+ errors? to mend", said.body)
    assert "awnser" in said.body
    assert bad[:12] in said.body
    assert "git fetch origin pull/7/head" in said.body
    assert stage.talk.labels[7] == {"skill", "needs-fix"}
    stage.talk.labels[7].add("question")
    good = stage.push(leaf(GOOD))
    stage.comment(good, stage.check(good))
    (said,) = stage.talk.comments
    first, *_ = said.body.splitlines()
    assert first.startswith("**labci: all good"), first
    assert "| compositional\\_skills/writing/freeform/limericks | 6 | 0 | 1 |" in said.body
    assert stage.talk.labels[7] == {"skill", "ready", "question"}
    assert stage.talk.leaked == []
    edits = [line for line in stage.hub.requests if line.startswith("PATCH")]
    stage.comment(good, stage.check(good))
    assert [line for line in stage.hub.requests if line.startswith("PATCH")] == edits  # nothing new, nothing written


def test_a_leaf_that_cannot_be_read_is_told_by_lint_alone(stage: Stage) -> None:
    head = stage.push(leaf("version: 2\n  x: [\n"))
    stage.comment(head, stage.check(head))
    (said,) = stage.talk.comments
    assert "can't be read yet" in said.body
    assert "needs-fix" in stage.talk.labels[7]


def test_a_change_of_maintainers_files_is_told_with_and_without_a_leaf(stage: Stage) -> None:
    flow = {"flows/mine.yaml": "kind: freeform\n"}
    for files in (flow, {**leaf(GOOD), **flow}):
        head = stage.push(files)
        stage.comment(head, stage.check(head))
        (said,) = stage.talk.comments
        assert "belong to maintainers" in said.body
        assert "- flows/mine.yaml" in said.body
    assert stage.talk.labels[7] == {"skill", "ready"}


def test_silent_where_no_leaf_is_touched(stage: Stage) -> None:
    head = stage.push({"README.md": "hello\n"})
    assert stage.comment(head, stage.check(head)) == ["#7: no leaf is touched, nothing to say"]
    assert stage.talk.comments == []
    assert stage.talk.labels.get(7, set()) == set()


def test_a_comment_stays_true_when_the_leaf_is_taken_out_again(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    stage.comment(head, stage.check(head))
    head = stage.push({"README.md": "hello\n"})
    stage.comment(head, stage.check(head))
    (said,) = stage.talk.comments
    assert "no leaf is touched any more" in said.body
    assert stage.talk.labels[7] == set()


def test_a_stranger_s_comment_with_the_marker_is_left_alone(stage: Stage) -> None:
    stage.talk.comments.append(Comment(id=1, pull=7, author="eve", body=f"all good!\n{MARKER}"))
    head = stage.push(leaf(GOOD))
    stage.comment(head, stage.check(head))
    theirs, mine = stage.talk.comments
    assert theirs.body == f"all good!\n{MARKER}"
    assert mine.author == "github-actions[bot]"


def test_a_token_of_a_person_finds_that_person_s_comment(stage: Stage) -> None:
    stage.talk.login = "ada"
    head = stage.push(leaf(GOOD))
    stage.comment(head, stage.check(head))
    stage.comment(head, stage.check(head))
    assert [said.author for said in stage.talk.comments] == ["ada"]


# Attacks: each fails if the guard it is named after is taken out.


def test_a_head_that_moved_is_not_commented_on(stage: Stage) -> None:
    old = stage.push(leaf(GOOD))
    data = stage.check(old)
    stage.push(leaf(skill(*RHYMES)))
    (line,) = stage.comment(old, data)
    assert "no open pull request's head any more" in line
    assert stage.talk.comments == []


def test_the_artifact_does_not_choose_the_pull_request(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head)) | {"number": 1, "pull_request": 1}
    with pytest.raises(UsageError, match="not of the shape"):
        stage.comment(head, json.dumps(value).encode())
    assert stage.talk.comments == []


def test_a_branch_of_the_same_name_in_another_fork_is_not_meant(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    stage.hub.repos["eve/other"] = Repo(full_name="eve/other", git=stage.hub.repos[FORK].git, parent=OWN)
    stage.hub.pulls[0].head = ("eve/other", BRANCH)
    assert "no open pull request" in stage.comment(head, stage.check(head))[0]


def test_a_run_for_something_else_is_not_commented_on(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    stage.talk.runs[1] = Run(id=1, repository=FORK, branch=BRANCH, sha=head, event="push")
    assert stage.run(1) == ["run 1 was for no pull request"]


# What is in the archive besides, or in place of, a good file; and what is said of it.
HOSTILE: dict[str, tuple[Callable[[bytes], dict[str, bytes]], str]] = {
    "a name that leads elsewhere": (lambda good: {outcome.NAME: good, "../../labci.yaml": b"{}"}, "2 files"),
    "that name alone": (lambda good: {f"../{outcome.NAME}": good}, "1 files"),
    "a second file": (lambda good: {outcome.NAME: good, "more.json": good}, "2 files"),
    "too large": (lambda good: {outcome.NAME: good + b" " * outcome.MAX_BYTES}, "is larger than"),
    "no JSON": (lambda good: {outcome.NAME: b"\xff" + good}, "is no JSON"),
    "deeper than Python goes": (lambda good: {outcome.NAME: b"[" * 200_000}, "is no JSON"),
    "another shape": (lambda good: {outcome.NAME: b"[" + good + b"]"}, "not of the shape"),
}


@pytest.mark.parametrize(("files", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_artifact_is_refused(
    stage: Stage, files: Callable[[bytes], dict[str, bytes]], said: str, tmp_path: Path
) -> None:
    head = stage.push(leaf(GOOD))
    good = stage.check(head)
    before = sorted(path for path in tmp_path.rglob("*") if ".git" not in path.parts)
    with pytest.raises(UsageError, match=said):
        stage.comment(head, None, **files(good))
    assert stage.talk.comments == []
    after = sorted(path for path in tmp_path.rglob("*") if ".git" not in path.parts)
    assert {path.name for path in after} - {path.name for path in before} <= {"run.json"}


def test_an_artifact_that_is_no_archive_or_too_large_is_refused(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    for number, data, kind in ((1, b"PK nonsense", UsageError), (2, bytes(outcome.MAX_BYTES + 1), OutsideError)):
        run = Run(id=number, repository=FORK, branch=BRANCH, sha=head, artifacts={outcome.NAME: data})
        stage.talk.runs[number] = run
        with pytest.raises(kind):
            stage.run(number)
    assert stage.talk.comments == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"errors": -1},
        {"errors": True},
        {"files": 10**12},
        {"problem": "x" * 2001},
        {"findings": [{}] * 101},
        {"cost": {"calls": 1}},
        {"leaves": [{"path": "x"}]},
    ],
)
def test_wrong_values_are_refused(change: dict[str, Any]) -> None:
    value = {"version": 1, "files": 0, "errors": 0, "warnings": 0, "findings": [], "leaves": [], "leaf_count": 0}
    value |= {"cost": None, "problem": ""}
    assert outcome.parse(json.dumps(value).encode()) == value
    with pytest.raises(UsageError):
        outcome.parse(json.dumps(value | change).encode())


EVIL = "a`b` $(reboot) ${{ github.token }} @team [x](//e) <img src=x> |\r\n\n# hi <!-- \u202e ::error::"


def test_text_of_a_stranger_does_not_act(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head))
    item = {"path": EVIL, "line": 1, "column": 1, "rule": "style-line", "severity": "error", "message": EVIL}
    item |= {"severity": "warning", "hint": EVIL, "fixable": True}
    value |= {"findings": [item], "warnings": 1, "problem": f"{EVIL}\n```\n{EVIL}"}
    value["leaves"][0]["path"] = EVIL
    stage.comment(head, json.dumps(value).encode())
    body = stage.talk.comments[0].body
    outside = re.sub(r"(?s)(````+)text\n.*?\n\1", "", body)
    assert "````" in body
    for sign in ("@team", "<img", "# hi\n", "](//e)", "`b`", "\u202e", "\r"):
        assert sign not in outside, sign
    assert outside.count("<!--") == 1
    table = [line for line in outside.splitlines() if line.startswith("| ") and "reboot" in line]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in table] == [7, 5]


def test_what_is_written_is_bounded_and_of_its_schema(stage: Stage) -> None:
    many = skill(*[(f"Question {n}?", "x") for n in range(200)]).replace("    answer: x", "    awnser: x")
    head = stage.push({f"{LEAF}/qna.yaml": many})
    value = json.loads(stage.check(head))
    validator("pull-request").validate(value)
    assert len(value["findings"]) == outcome.MAX_ITEMS < value["errors"]
    stage.comment(head, json.dumps(value).encode())
    body = stage.talk.comments[0].body
    assert len(body) < 60_000
    assert "more: `labci lint` shows all" in body


def test_signs_alone_make_no_comment_that_github_refuses(stage: Stage) -> None:
    """Each of them takes twelve characters where nothing must act."""
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head))
    text = "#" * 250
    item = {"path": text, "line": 1, "column": 1, "rule": "style-line", "severity": "warning", "message": text}
    value |= {"findings": [item | {"hint": text, "fixable": True}] * 30, "warnings": 30}
    stage.comment(head, json.dumps(value).encode())
    body = stage.talk.comments[0].body
    assert len(body) < 65_536
    assert body.rstrip().endswith(MARKER)


def test_a_text_of_any_length_fits_and_is_found_again() -> None:
    long = "\n".join(f"line {n}" for n in range(10_000)) + f"\n{MARKER}\n"
    cut = fitting(long, MARKER)
    assert len(cut) < 65_536
    assert cut.endswith(f"{MARKER}\n")
    assert cut.startswith("line 0\nline 1\n")
    assert "cut here" in cut
    assert fitting("short", MARKER) == "short"


def test_a_token_that_may_not_write_is_told_with_a_next_step(stage: Stage) -> None:
    from tests.servers.github import Trouble

    head = stage.push(leaf(GOOD))
    body = {"message": "Resource not accessible by integration"}
    stage.hub.trouble = [Trouble(status=403, body=body, methods="POST")]
    with pytest.raises(LabciError) as caught:
        stage.comment(head, stage.check(head))
    assert "permissions" in caught.value.hint
    assert TOKEN not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("text", ["{}", '{"workflow_run": {"id": "1; ls"}}', '{"workflow_run": {"id": true}}', "nope"])
def test_an_event_that_tells_no_run_is_a_usage_error(stage: Stage, tmp_path: Path, text: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(text)
    with pytest.raises(UsageError):
        list(comment(stage.environment(event)))


NAME = "`touch pwned` $(touch pwned) ${{ github.token }} @team ::error::x|<img src=x>[x](@e)"
EVIL_BRANCH = "`touch${IFS}pwned`;$(touch${IFS}pwned)/@team"


def test_names_of_a_stranger_do_not_act(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder that a fork really made, its branch and its title, through both jobs: what comes out is text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tests.ci.hub.BRANCH", EVIL_BRANCH)
    stage.hub.pulls[0] = replace(stage.hub.pulls[0], head=(FORK, EVIL_BRANCH), title=NAME)
    head = stage.push({f"taxonomy/knowledge/{NAME}/$(touch pwned)/qna.yaml": "version: 3\nawnser: x\n"})
    capsys.readouterr()
    value = stage.check(head)
    said = capsys.readouterr().out
    assert "touch pwned" in value.decode()
    assert [line for line in said.splitlines() if line.startswith("::error::")] == []
    stage.comment(head, value)
    (written,) = stage.talk.comments
    for page in (written.body, stage.project.summary()):
        outside = re.sub(r"(?s)(```+)text\n.*?\n\1\n", "", page)
        assert "touch pwned" in outside
        for sign in ("@team", "<img", "](@e)", "\n::error::", "/`touch"):
            assert sign not in outside, sign
    for shown in re.findall(r"run: (labci lint .*)", said + stage.project.summary()):
        assert len(shlex.split(shown)) == 3  # who copies it into a shell runs labci, and nothing else
    assert not [file for folder in (tmp_path, stage.project.clone) for file in folder.rglob("pwned")]
