"""What is read twice is asked for by its ETag, and what GitHub puts off is waited for, if not for long."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci.errors import OutsideError
from labci.forges.github import conditional
from labci.forges.github.changed import changed
from labci.forges.github.project import Project
from tests.conftest import git
from tests.servers import github_shapes as shapes
from tests.servers.github import TOKEN, GitHub, Pull, Repo, Trouble, serving
from tests.servers.github_runs import Comment

OWN = "team/taxonomy"
LIMIT = shapes.error("You have exceeded a secondary rate limit.")

pytestmark = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    """A GitHub with pull request 7, on which there is a comment."""
    git(tmp_path, "init", "-q", "-b", "main", "one")
    folder = tmp_path / "one"
    for branch in ("main", "mine"):
        git(folder, "switch", "-q", "-C", branch)
        (folder / branch).write_text("x\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", branch)
    subprocess.run(["git", "clone", "-q", "--bare", folder, tmp_path / "one.git"], check=True)
    with serving() as found:
        found.repos = {OWN: Repo(full_name=OWN, git=tmp_path / "one.git")}
        found.pulls = [Pull(number=7, title="Mine", body=None, base=(OWN, "main"), head=(OWN, "mine"))]
        found.talk.comments = [Comment(id=1, pull=7, author="github-actions[bot]", body="old <!-- it -->")]
        yield found


@pytest.fixture
def project(hub: GitHub) -> Project:
    return Project({"GITHUB_REPOSITORY": OWN, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.url})


def test_what_has_not_changed_counts_against_no_limit(hub: GitHub, project: Project) -> None:
    files = [changed(project.connection, 7), project.head(7), project.role("ada", 7)]
    left, hub.same, before = hub.remaining, 0, len(hub.requests)
    assert [changed(project.connection, 7), project.head(7), project.role("ada", 7)] == files
    assert hub.remaining == left
    assert hub.same == len(hub.requests) - before == 6


def test_what_has_changed_is_read_anew(hub: GitHub, project: Project) -> None:
    assert project.comment(7, "<!-- it -->", "old <!-- it -->")
    first = project.head(7)
    bare = hub.repos[OWN].git
    git(bare, "update-ref", "refs/heads/mine", hub.repos[OWN].sha("main"))
    hub.talk.comments[0].body = "other <!-- it -->"
    moved = project.head(7)
    assert first is not None
    assert moved is not None
    assert moved.sha == hub.repos[OWN].sha("main") != first.sha
    assert project.comment(7, "<!-- it -->", "old <!-- it -->")
    assert [said.body for said in hub.talk.comments] == ["old <!-- it -->"]  # it was seen to be another one
    assert project.base(7) is not None
    hub.pulls[0].state = "closed"
    assert project.base(7) is None


def test_an_error_is_not_remembered(hub: GitHub, project: Project) -> None:
    assert project.head(7) is not None
    pulls, hub.pulls = hub.pulls, []
    with pytest.raises(OutsideError):
        project.head(7)
    hub.pulls = pulls
    assert project.head(7) is not None


def test_only_so_much_is_remembered(hub: GitHub, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditional, "MOST", 1)
    for count in (1, 2):  # two readings of one address in a row, each time
        project.role("ada", 7)
        assert hub.same == count


@pytest.mark.parametrize("status", [403, 429])
def test_a_change_that_is_put_off_is_made_after_the_wait(hub: GitHub, project: Project, status: int) -> None:
    hub.trouble = [Trouble(status, LIMIT, {"Retry-After": "1"}, methods="PATCH", times=1)]
    assert project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert [said.body for said in hub.talk.comments] == ["new <!-- it -->"]
    assert len([line for line in hub.requests if line.startswith("PATCH")]) == 2


@pytest.mark.parametrize("headers", [{"Retry-After": "600"}, {}])
def test_a_long_wait_is_told_instead(hub: GitHub, project: Project, headers: dict[str, str]) -> None:
    hub.trouble = [Trouble(403, LIMIT, headers, methods="PATCH")]
    with pytest.raises(OutsideError, match="rate limit is used up") as caught:
        project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert "wait" in caught.value.hint
    assert len([line for line in hub.requests if line.startswith("PATCH")]) == 1


def test_a_change_that_may_have_been_made_is_not_made_twice(hub: GitHub, project: Project) -> None:
    hub.trouble = [Trouble(502, "bad gateway", methods="PATCH", times=1)]
    with pytest.raises(OutsideError):
        project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert len([line for line in hub.requests if line.startswith("PATCH")]) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_comment_that_github_fails_at_is_there_once(hub: GitHub, project: Project, after: bool) -> None:
    """Whether or not it had been written before the 502."""
    hub.talk.comments.clear()
    hub.trouble = [Trouble(502, "bad gateway", methods="POST", times=1, after=after)]
    assert project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert [said.body for said in hub.talk.comments] == ["new <!-- it -->"]
    assert len([line for line in hub.requests if line.startswith("POST")]) == 2 - after


@pytest.mark.parametrize("after", [False, True])
def test_an_issue_that_github_fails_at_is_there_once(hub: GitHub, project: Project, after: bool) -> None:
    hub.trouble = [Trouble(502, "bad gateway", methods="POST", times=1, after=after)]
    number = project.report("blame", "<!-- b -->", "Refused", "why <!-- b -->")
    hub.trouble = []
    assert project.report("blame", "<!-- b -->", "Refused", "why <!-- b -->") == number


def test_a_change_that_is_forbidden_is_not_asked_for_again(
    hub: GitHub, project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    """And PyGithub, which writes each 403 to stderr, leaves the telling to labci."""
    hub.trouble = [Trouble(403, shapes.error("Resource not accessible by integration"), methods="PATCH")]
    with pytest.raises(OutsideError, match="may not do this"):
        project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert len([line for line in hub.requests if line.startswith("PATCH")]) == 1
    assert capfd.readouterr().err == ""


def test_what_github_can_t_take_from_a_job_is_told_as_such(hub: GitHub, project: Project) -> None:
    hub.trouble = [Trouble(422, shapes.error("Validation Failed"), methods="PATCH")]
    with pytest.raises(OutsideError, match="GitHub does not take it: Validation Failed") as caught:
        project.comment(7, "<!-- it -->", "new <!-- it -->")
    assert "--base" not in caught.value.hint
    assert "run the job again" in caught.value.hint
