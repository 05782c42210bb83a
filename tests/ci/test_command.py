"""`/labci …` in comments, over HTTP: who may do what, one answer each, and never more than a few."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import config as configs
from labci.ci import event
from labci.ci.command import ROLES, VERBS, Command, may, parse
from labci.errors import OutsideError, UsageError
from tests.ci.hub import GOOD, Stage, leaf
from tests.servers.github import Trouble
from tests.servers.github_runs import ROBOT


@pytest.mark.parametrize(
    ("body", "verb", "argument"),
    [
        ("/labci", "help", ""),
        ("/labci plan", "plan", ""),
        ("/labci  Plan \r\nplease", "plan", ""),
        ("/labci explain schema-min-items", "explain", "schema-min-items"),
        ("/labci $(reboot) `x`", "$(reboot)", "`x`"),
    ],
)
def test_the_first_line_is_the_command(body: str, verb: str, argument: str) -> None:
    assert parse(body) == Command(verb=verb, argument=argument)


@pytest.mark.parametrize("body", ["", "hello", "please /labci plan", "> /labci", "/labcix plan", "\n/labci", " /labci"])
def test_nothing_else_is_one(body: str) -> None:
    assert parse(body) is None


@given(st.text() | st.text().map("/labci {}".format))
def test_any_comment_is_a_command_or_none(body: str) -> None:
    found = parse(body)
    assert found is None or (body.startswith("/labci") and "\n" not in found.verb + found.argument)


def test_each_verb_has_a_setting_and_each_role_may_what_those_before_it_may(tmp_path: Path) -> None:
    (tmp_path / configs.FILE).write_text("base: main\n")
    settings = configs.load(tmp_path / configs.FILE).commands
    for verb in VERBS:
        assert getattr(settings, verb) in ROLES
    for number, role in enumerate(ROLES):
        assert [may(role, needed) for needed in ROLES] == [place <= number for place in range(len(ROLES))]


@pytest.mark.parametrize(
    "value",
    [{}, {"comment": {}}, {"comment": {"id": "1", "body": "x", "user": {"login": "a"}}, "issue": {"number": 1}}],
)
def test_an_event_that_tells_no_comment_is_a_usage_error(tmp_path: Path, value: object) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(value))
    with pytest.raises(UsageError):
        event.read_comment({"GITHUB_EVENT_PATH": str(file)})


slow = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback


def checked(stage: Stage, text: str = GOOD) -> str:
    """A pull request whose checks have run, as run 1."""
    head = stage.push(leaf(text))
    stage.comment(head, stage.check(head))
    stage.talk.comments.clear()
    return head


@slow
def test_help_says_what_the_one_who_asks_may(stage: Stage) -> None:
    stage.push(leaf(GOOD))
    mine = stage.say("/labci")
    assert "| `/labci plan` | what generating and training would cost | author |" in mine
    assert "| `/labci retry` | run again what failed | triager (not you) |" in mine
    stage.talk.permissions["tess"] = "triage"
    assert "triager |" in stage.say("/labci help", "tess")
    assert [said.author for said in stage.talk.comments] == ["eve", ROBOT, "tess", ROBOT]


@slow
def test_the_author_is_told_the_cost_and_checks_again(stage: Stage) -> None:
    checked(stage)
    told = stage.say("/labci plan")
    assert "requests to the teacher" in told
    assert "limericks" in told
    assert "run again" in stage.say("/labci lint")
    assert stage.talk.reruns == ["1 rerun"]
    assert any(f"head_sha={stage.hub.repos['eve/taxonomy'].sha('mine')}" in line for line in stage.hub.requests)


@slow
def test_a_maintainer_retries_what_failed(stage: Stage) -> None:
    checked(stage)
    stage.talk.permissions["mo"] = "maintain"
    stage.say("/labci retry", "mo")
    assert stage.talk.reruns == ["1 rerun-failed-jobs"]
    stage.talk.runs[1].failed = False
    assert "can't be started again" in stage.say("/labci retry", "mo")


@slow
def test_a_token_that_may_not_retry_is_an_error_for_maintainers(stage: Stage) -> None:
    checked(stage)
    stage.talk.permissions["mo"] = "maintain"
    body = {"message": "Resource not accessible by integration"}
    stage.hub.trouble = [Trouble(status=403, body=body, methods="POST")]
    with pytest.raises(OutsideError, match="may not do this"):
        stage.say("/labci retry", "mo")


@slow
def test_a_plan_without_checks_or_with_errors_says_what_is_missing(stage: Stage) -> None:
    stage.push(leaf(GOOD))
    assert "have left no plan yet" in stage.say("/labci plan")
    assert "No checks have run" in stage.say("/labci lint")
    checked(stage, GOOD.replace("    answer:", "    awnser:"))
    assert "errors to mend" in stage.say("/labci plan")


@slow
def test_a_rule_is_explained_and_an_unknown_one_told(stage: Stage) -> None:
    stage.push(leaf(GOOD))
    assert "schema-min-items (error" in stage.say("/labci explain schema-min-items", "anybody")
    assert stage.say("/labci explain ```@team $(reboot)").startswith("````text\n")
    assert "Which rule?" in stage.say("/labci explain")


# Attacks: each fails if its guard is taken out.


@slow
def test_a_stranger_s_command_does_nothing_and_is_told_so(stage: Stage) -> None:
    checked(stage)
    for role in ("none", "read"):
        stage.talk.permissions["stranger"] = role
        assert "nothing was done" in stage.say("/labci lint", "stranger")
        assert "nothing was done" in stage.say("/labci retry", "stranger")
    assert "nothing was done" in stage.say("/labci retry")  # nor may the author
    assert stage.talk.reruns == []


@slow
def test_an_unknown_command_gets_one_answer_that_does_not_act(stage: Stage) -> None:
    stage.push(leaf(GOOD))
    told = stage.say("/labci @team<img/src=x>`$(reboot)`[x](//e) now")
    for sign in ("@team", "<img", "`$(reboot)`", "](//e)"):
        assert sign not in told
    assert "I don't know" in told
    assert len(stage.talk.comments) == 2


@slow
def test_more_than_some_commands_an_hour_get_no_answer(stage: Stage) -> None:
    (stage.project.clone / "labci.yaml").write_text("commands: {per_hour: 2}\n")
    stage.push(leaf(GOOD))
    assert "What it does" in stage.say("/labci")
    assert "What it does" in stage.say("/labci")
    assert "limit is reached" in stage.say("/labci")
    assert stage.say("/labci") == ""
    for said in stage.talk.comments:
        said.created -= timedelta(hours=2)
    assert "What it does" in stage.say("/labci")


@slow
def test_the_settings_are_the_default_branch_s(stage: Stage) -> None:
    head = stage.push({"labci.yaml": "commands: {retry: anyone}\n", **leaf(GOOD)})
    stage.comment(head, stage.check(head))
    stage.say("/labci retry")
    assert stage.talk.reruns == []


@slow
def test_for_what_is_no_command_github_is_not_even_asked(stage: Stage) -> None:
    assert stage.say("I like this. /labci help") == ""
    assert stage.hub.requests == []
