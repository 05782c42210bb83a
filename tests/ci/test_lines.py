"""Findings on the lines of a pull request from a fork, over HTTP: of the files that GitHub tells, and as plain text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labci.ci import outcome
from labci.errors import LabciError, OutsideError, UsageError
from labci.forges.github.changed import hunks
from labci.forges.github.checks import Annotation, Check, put
from labci.forges.github.project import Project
from labci.report.annotations import NAME
from tests.ci.conftest import LEAF
from tests.ci.hub import GOOD, OTHER, Stage, leaf
from tests.servers.github import Trouble

pytestmark = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback

QNA = f"{OTHER}/qna.yaml"
BAD = GOOD.replace("    answer: There once was a cat, number 3", "    awnser: A cat, number 3")
ROW = BAD.splitlines().index("    awnser: A cat, number 3.") + 1


def finding(**fields: Any) -> dict[str, Any]:
    about = {"path": QNA, "line": 3, "column": 1, "rule": "style-line", "severity": "error", "message": "It is bad."}
    return about | {"hint": "Mend it.", "fixable": False} | fields


def forged(stage: Stage, *findings: dict[str, Any]) -> list[str]:
    """Comment on a good leaf with findings that a stranger made up."""
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head)) | {"findings": list(findings), "errors": len(findings), "warnings": 0}
    return stage.comment(head, json.dumps(value).encode())


def test_a_mistake_stands_on_its_line(stage: Stage) -> None:
    head = stage.push(leaf(BAD))
    _, line, *_ = stage.comment(head, stage.check(head))
    assert line.startswith(f"{head[:12]}: check run with "), line
    (run,) = stage.hub.lines.runs
    assert (run.sha, run.name, run.status, run.conclusion) == (head, NAME, "completed", "failure")
    rows = [row for row in run.annotations if row["title"] == "schema-unknown-key"]
    assert [(row["path"], row["start_line"], row["annotation_level"]) for row in rows] == [(QNA, ROW, "failure")]
    assert "awnser" in rows[0]["message"]
    assert "did you mean answer?" in rows[0]["message"]


def test_the_same_is_not_said_twice_of_a_commit(stage: Stage) -> None:
    head = stage.push(leaf(BAD))
    data = stage.check(head)
    stage.comment(head, data)
    assert not any("check run" in line for line in stage.comment(head, data))
    assert len(stage.hub.lines.runs) == 1
    value = json.loads(data) | {"findings": [], "errors": 0, "warnings": 0}  # such as after a move of the base branch
    assert "check run with no errors" in stage.comment(head, json.dumps(value).encode())[-1]
    assert [run.conclusion for run in stage.hub.lines.runs] == ["failure", "neutral"]


def test_nothing_is_said_of_a_commit_in_which_nothing_was_found(stage: Stage) -> None:
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head)) | {"findings": [], "errors": 0, "warnings": 0}
    assert stage.comment(head, json.dumps(value).encode()) == ["#7: commented"]
    assert stage.hub.lines.runs == []


def test_a_finding_that_no_error_goes_with_is_no_success(stage: Stage) -> None:
    """Who makes the artifact up could have a required check pass else."""
    head = stage.push(leaf(GOOD))
    value = json.loads(stage.check(head)) | {"findings": [finding(severity="warning")], "errors": 0, "warnings": 1}
    stage.comment(head, json.dumps(value).encode())
    assert [run.conclusion for run in stage.hub.lines.runs] == ["neutral"]


@pytest.mark.parametrize(("count", "batches"), [(50, [50]), (120, [50, 50, 20])])
def test_annotations_go_in_batches(stage: Stage, count: int, batches: list[int]) -> None:
    rows = tuple(Annotation(path=QNA, line=n + 1, level="warning", title="x", message=f"{n}") for n in range(count))
    check = Check(name=NAME, failed=True, title="Many", summary="Many.", annotations=rows)
    head = stage.push(leaf(GOOD))
    at = Project(stage.environment(stage.project.clone)).connection
    assert put(at, head, check) == "check run"
    (run,) = stage.hub.lines.runs
    assert [row["message"] for row in run.annotations] == [f"{n}" for n in range(count)]
    assert (run.status, run.conclusion) == ("completed", "failure")
    sent = [line for line in stage.hub.requests if "check-runs" in line and not line.startswith("GET")]
    assert len(sent) == len(batches)


def test_what_was_cut_off_is_said_again(stage: Stage) -> None:
    rows = tuple(Annotation(path=QNA, line=n + 1, level="warning", title="x", message=f"{n}") for n in range(60))
    check = Check(name=NAME, failed=False, title="Many", summary="Many.", annotations=rows)
    head = stage.push(leaf(GOOD))
    at = Project(stage.environment(stage.project.clone)).connection
    stage.hub.trouble = [Trouble(status=500, methods="PATCH")]
    with pytest.raises(OutsideError):
        put(at, head, check)
    stage.hub.trouble.clear()
    assert put(at, head, check) == "check run"
    half, whole = stage.hub.lines.runs
    assert (half.status, whole.status, len(whole.annotations)) == ("in_progress", "completed", 60)


def test_a_person_s_token_says_it_in_a_status(stage: Stage) -> None:
    stage.hub.lines.app = False
    head = stage.push(leaf(BAD))
    assert f"{head[:12]}: status with" in stage.comment(head, stage.check(head))[1]
    (status,) = stage.talk.statuses
    assert (status.sha, status.context, status.state) == (head, NAME, "failure")


def test_a_token_that_may_do_neither_is_told_with_a_next_step(stage: Stage) -> None:
    head = stage.push(leaf(BAD))
    data = stage.check(head)
    stage.comment(head, data)  # so that there is no comment to write, and no label
    stage.hub.lines.runs.clear()
    stage.hub.trouble = [Trouble(403, {"message": "Resource not accessible by integration"}, methods="POST")]
    with pytest.raises(LabciError) as caught:
        stage.comment(head, data)
    assert "permissions" in caught.value.hint


def test_the_new_side_of_a_diff_is_read_hunk_by_hunk() -> None:
    patch = "@@ -1,2 +1,3 @@\n a\n+b\r\n--- c\n+@@ d\n@@ -9 +10 @@ seed:\n-x\n+y\n\\ No newline at end of file"
    assert list(hunks(patch)) == [{1: "a", 2: "b\r", 3: "@@ d"}, {10: "y"}]
    assert list(hunks("")) == []


# Attacks: each fails if the guard it is named after is taken out.


def test_a_path_that_the_pull_request_does_not_change_gets_no_remark(stage: Stage) -> None:
    ways = (f"../{QNA}", f"taxonomy/../{QNA}", f"/{QNA}", f"./{QNA}", f"{LEAF}/qna.yaml", ".github/workflows/pr.yml")
    forged(stage, *[finding(path=path) for path in ways], finding())
    (run,) = stage.hub.lines.runs
    assert [row["path"] for row in run.annotations] == [QNA]
    assert "Not all of them" in run.summary


def test_a_file_that_goes_gets_no_remark(stage: Stage) -> None:
    head = stage.push({QNA: GOOD, f"{LEAF}/attribution.txt": None})
    value = json.loads(stage.check(head)) | {"errors": 2}
    value["findings"] = [finding(path=f"{LEAF}/attribution.txt"), finding()]
    stage.comment(head, json.dumps(value).encode())
    assert [row["path"] for row in stage.hub.lines.runs[0].annotations] == [QNA]


EVIL = "@team **x** [y](//z) `a`\n```\n::error::\r\n<img src=x> \x1b[2J\u202e\ud800"


def test_text_on_a_line_is_one_line_and_calls_nobody(stage: Stage) -> None:
    forged(
        stage,
        finding(message=EVIL, hint=EVIL, line=0),
        finding(message=" \n", hint="@team"),
        finding(message="\t", hint=""),
    )
    first, second, third = stage.hub.lines.runs[0].annotations
    assert first["start_line"] == first["end_line"] == 1
    assert first["title"] == "style-line"
    shown = "@\u200bteam **x** [y](//z) `a` ``` ::error:: <img src=x> \\x1b[2J\\u202e\\ud800"
    assert first["message"] == f"{shown}\n{shown}"
    assert second["message"] == "@\u200bteam"
    assert third["message"] == "style-line"  # GitHub takes no empty one
    texts = (stage.hub.lines.runs[0].title, stage.hub.lines.runs[0].summary)
    assert not any("team" in text for text in texts)  # these are Markdown, and hold no stranger's word


def test_more_findings_than_there_may_be_are_refused(stage: Stage) -> None:
    forged(stage, *[finding(line=n + 1) for n in range(outcome.MAX_ITEMS)])
    assert [len(run.annotations) for run in stage.hub.lines.runs] == [outcome.MAX_ITEMS]
    with pytest.raises(UsageError, match="not of the shape"):
        forged(stage, *[finding(line=n + 1) for n in range(outcome.MAX_ITEMS + 1)])
    assert len(stage.hub.lines.runs) == 1
