"""Suggestions in a review of a pull request from a fork, over HTTP: each once, and never a stranger's words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from labci.ci import mending, workplace
from labci.errors import UsageError
from labci.forges.github import reviews
from labci.forges.github.connection import Connection
from labci.git import Repository
from labci.lintfile import Checked
from labci.report.suggestions import sound
from tests.ci.conftest import LEAF, RHYMES, Project, skill
from tests.ci.hub import GOOD, OTHER, Stage, leaf
from tests.ci.test_lines import BAD, QNA, ROW
from tests.servers.github_lines import Remark
from tests.servers.github_runs import ROBOT

slow = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback

SPACE = BAD.replace("created_by: someone", "created_by: someone  ")


def suggestion(**fields: Any) -> dict[str, Any]:
    about = {"path": QNA, "line": 2, "end_line": 2, "rule": "style-trailing-space", "text": "created_by:  someone"}
    return about | fields


def forged(stage: Stage, *found: dict[str, Any], text: str = GOOD) -> list[Remark]:
    """Comment on a leaf with suggestions that a stranger made up; what was suggested."""
    head = stage.push(leaf(text))
    value = json.loads(stage.check(head)) | {"suggestions": list(found)}
    stage.comment(head, json.dumps(value).encode())
    return list(stage.hub.lines.remarks)


def block(body: str) -> str:
    """The text of the one suggestion in a body, read as GitHub does; all else must be a paragraph and the marker."""
    first, _, _, fence, marker = MarkdownIt().parse(body)
    assert (first.type, fence.type, fence.info, marker.type) == ("paragraph_open", "fence", "suggestion", "html_block")
    assert marker.content.startswith("<!--")
    return fence.content.removesuffix("\n")


@slow
def test_what_labci_can_mend_is_suggested_once(stage: Stage) -> None:
    head = stage.push(leaf(SPACE))
    assert stage.comment(head, stage.check(head))[-1] == "#7: 2 suggested"
    (review,) = stage.hub.lines.reviews
    assert (review["event"], review["commit_id"]) == ("COMMENT", head)
    found = {said.line: said for said in stage.hub.lines.remarks}
    assert {number: block(said.body) for number, said in found.items()} == {
        2: "created_by: someone", ROW: "    answer: A cat, number 3.",
    }  # fmt: skip
    assert "style-trailing-space" in found[2].body
    assert "schema-unknown-key" in found[ROW].body
    text = SPACE.replace("version: 2\n", "version: 2\n# moved\n").replace("rhyme.", "rhyme.  ")
    moved = stage.push(leaf(text))
    assert stage.comment(moved, stage.check(moved))[-1] == "#7: 1 suggested"
    *_, new = stage.hub.lines.remarks
    assert (new.line, block(new.body)) == (4, "task_description: Find words that rhyme.")
    assert not any("suggested" in line for line in stage.comment(moved, stage.check(moved)))


@slow
def test_the_same_line_twice_is_suggested_twice(stage: Stage) -> None:
    rows = len(GOOD.splitlines())
    head = stage.push(leaf(GOOD + "# twice  \n# twice  \n# other\n"))
    stage.comment(head, stage.check(head))
    assert [said.line for said in stage.hub.lines.remarks] == [rows + 1, rows + 2]
    again = stage.push(leaf(GOOD + "# twice  \n# other\n# twice  \n# twice  \n"))
    stage.comment(again, stage.check(again))
    assert [said.line for said in stage.hub.lines.remarks] == [rows + 1, rows + 2, rows + 4]  # one more than before


@slow
def test_a_pull_request_gets_only_so_many(stage: Stage) -> None:
    for number in range(60):
        mark = reviews.MARK.format(key=f"{number:064x}")
        about = {"pull": 7, "review": 1, "author": ROBOT, "path": QNA, "line": 1, "start_line": None, "sha": ""}
        stage.hub.lines.remarks.append(Remark(id=number, body=f"x\n\n{mark}", **about))
    assert len(forged(stage, suggestion())) == 60
    stage.hub.lines.remarks.pop()
    assert len(forged(stage, suggestion(), suggestion(text="created_by:   someone"))) == 60


def mended(project: Project, text: str, scratch: Path) -> tuple[list[mending.Suggestion], list[Checked]]:
    """What would be suggested for a leaf, without a forge."""
    head = project.propose(leaf(text))
    repository = Repository.open(project.clone)
    repository.git.run("fetch", "--quiet", str(project.server), head)
    place = workplace.prepare(repository, project.base, head, scratch)
    checked = workplace.check(place)
    found = mending.suggestions(place, checked)
    repository.close()
    return found, checked


def test_lines_that_belong_together_are_one_suggestion(project: Project, tmp_path: Path) -> None:
    """Moving one of them alone would make another value, or none."""
    steps = [
        list(lines) for lines in mending._stretches(["a", "b", "", "c", "d", "e "], ["a", " b", "", " c", "d", "e"])
    ]
    assert steps == [[2, 3, 4], [6]]
    document = "document:\n      repo: .\n\n      commit: HEAD\n"
    text = GOOD.replace("seed_examples:", f"{document}seed_examples:")
    found, _ = mended(project, text, tmp_path)
    (item,) = [item for item in found if item.rule == "style-indentation"]
    assert item.text == "  repo: .\n\n  commit: HEAD"
    rows = text.split("\n")
    assert rows[item.line - 1 : item.end_line] == document.split("\n")[1:4]
    assert not mending._same(text.encode(), [*rows[: item.line - 1], "  repo: .", *rows[item.line :]])


def test_a_key_of_the_project_is_quoted_nowhere(project: Project, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    found, checked = mended(project, f"{GOOD}# one  \n# {secret[:40]}  \n", tmp_path)
    assert any(item.rule == "privacy-secret" for file in checked for item in file.diagnostics)
    assert "ghp_" not in str(found)


def test_other_line_ends_are_left_alone(project: Project, tmp_path: Path) -> None:
    found, checked = mended(project, SPACE.replace("\n", "\r\n"), tmp_path)
    assert any(item.replacement for file in checked for item in file.diagnostics)
    assert found == []


def test_there_are_only_so_many_and_they_fit_the_schema(stage: Stage) -> None:
    head = stage.push(leaf(GOOD + "# x  \n# y\n" * 30))
    value = json.loads(stage.check(head))
    assert len(value["suggestions"]) == mending.MOST


@pytest.mark.parametrize(
    ("old", "new"),
    [("a: b  ", "a: b"), ("  - a:  b", "- a: b"), ("  - anwser: x: y", "  - answer: x: y"), ("questoin:", "question:")],
)
def test_words_that_move_and_keys_that_were_meant_are_sound(old: str, new: str) -> None:
    assert sound([old], [new])


# Attacks: each fails if the guard it is named after is taken out.


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("answer: yes", "answer: no"), ("anwser: x", "answer: y"), ("anwser: x", "evil: x"),
        ("question: x", "answer: x"), ("anwser: x", "  answer: x y"), ("a", "a\n```"), ("a b", "a\u2028b"),
        ("a\u202e  b", "a\u202e b"), ("a", ""),
    ],
)  # fmt: skip
def test_other_words_are_not_sound(old: str, new: str) -> None:
    assert not sound(old.split("\n"), new.split("\n"))


@slow
def test_labci_does_not_speak_a_stranger_s_words(stage: Stage) -> None:
    evil = ("created_by: eve", "created_by: someone @team", "created_by: someone\n```\n@team", "<!-- x -->")
    assert forged(stage, *[suggestion(text=text) for text in evil]) == []
    assert stage.hub.lines.reviews == []


@slow
def test_lines_and_paths_that_the_diff_does_not_show_get_no_suggestion(stage: Stage) -> None:
    """The leaf of the base branch is changed at its end alone: its first lines are no part of the diff."""
    base = skill(*RHYMES)
    files = leaf(GOOD) | {f"{LEAF}/qna.yaml": f"{base}# more\n"}
    head, last = stage.push(files), len(base.splitlines())
    value = json.loads(stage.check(head))
    value["suggestions"] = [
        suggestion(path=f"{LEAF}/qna.yaml"), suggestion(path=f"../{QNA}"), suggestion(path=f"{OTHER}/../qna.yaml"),
        suggestion(line=0), suggestion(line=3), suggestion(end_line=10**9), suggestion(path=".github/CODEOWNERS"),
        suggestion(path=f"{LEAF}/qna.yaml", line=1, end_line=last + 1, text=base + "# more"), suggestion(),
        suggestion(path=f"{LEAF}/qna.yaml", line=last + 1, end_line=last + 1, text="#  more"),
    ]  # fmt: skip
    stage.comment(head, json.dumps(value).encode())
    assert [(said.path, said.line) for said in stage.hub.lines.remarks] == [(QNA, 2), (f"{LEAF}/qna.yaml", last + 1)]


FENCES = ["  ```  ", "  ````suggestion  ", "  @team  ", "  `````  ", "  <!-- -->  "]


@slow
def test_a_suggestion_does_not_break_out_of_its_block(stage: Stage) -> None:
    """The words are the file's own, so they are no reason to refuse it."""
    text = GOOD.replace("description: Find words that rhyme.", "description: |\n" + "\n".join(FENCES))
    wanted = "\n".join(row.rstrip() for row in FENCES)
    start = text.splitlines().index(FENCES[0]) + 1
    (said,) = forged(stage, suggestion(line=start, end_line=start + 4, text=wanted), text=text)
    assert block(said.body) == wanted


@slow
def test_a_marker_in_a_stranger_s_remark_hides_nothing(stage: Stage) -> None:
    (mine,) = forged(stage, suggestion())
    stage.hub.lines.remarks[0].author = "eve"
    assert len(forged(stage, suggestion())) == 2
    stage.hub.lines.remarks[:] = [mine]
    mine.author, mine.body = "github-actions[bot]", f"{mine.body}\nquoted by somebody"
    assert len(forged(stage, suggestion())) == 2  # nor one that stands within


@slow
def test_too_many_are_refused(stage: Stage) -> None:
    with pytest.raises(UsageError, match="not of the shape"):
        forged(stage, *[suggestion(text=f"created_by: {' ' * n}someone") for n in range(1, 22)])
    assert stage.hub.lines.reviews == []


@slow
def test_a_review_is_of_the_commit_that_was_checked(stage: Stage) -> None:
    """The head may move when all else is done."""
    old = stage.push(leaf(SPACE))
    head = stage.push(leaf(GOOD))
    at = Connection(stage.environment(stage.project.clone))
    remark = reviews.Remark(path=QNA, line=2, end_line=2, body="x", key="0" * 64)
    assert not reviews.put(at, 7, old, "x", [remark])
    assert stage.hub.lines.reviews == []
    assert not reviews.put(at, 7, head, "x", [replace(remark, path="elsewhere")])  # GitHub refuses, and that is all
    assert reviews.put(at, 7, head, "x", [remark])
