"""A project on a GitHub on loopback, with a fork's pull request 7, and the workflows' commands run on it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci.ci import command, comment, outcome, preview, pull_request
from labci.report import preview as pages
from tests.ci.conftest import ATTRIBUTION, Project, skill, write
from tests.conftest import git
from tests.release.make import Quiet
from tests.servers.github import TOKEN, GitHub, Pull, Repo, serving
from tests.servers.github_runs import Comment, Run, archive

OWN, FORK, BRANCH = "team/taxonomy", "eve/taxonomy", "mine"
GOOD = skill(*[(f"Write limerick {n} about a cat.", f"There once was a cat, number {n}.") for n in range(6)])
OTHER = "taxonomy/compositional_skills/writing/freeform/limericks"
# Of a project with a hub, a store and a teacher, whose runs share a disk that stays.
SETTINGS = """\
taxonomy: taxonomy
hub: folder:{disk}/hub
store: {disk}/store
model: {disk}/tiny
teacher: openai:m
flows: {{knowledge: large, grounded: large, freeform: large}}
preview: {{samples: 1, questions: 4}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A project on a GitHub, with a fork whose branch `mine` is pull request 7."""

    project: Project
    hub: GitHub

    @property
    def talk(self) -> Any:
        return self.hub.talk

    def push(self, files: dict[str, str | None]) -> str:
        """Move the fork's branch to a commit with these files; returns it."""
        head = self.project.propose(files)
        subprocess.run(
            ["git", "-C", self.hub.repos[FORK].git, "fetch", "-q", self.project.server, f"+refs/pull/7/head:{BRANCH}"],
            check=True,
        )
        return head

    def check(self, head: str) -> bytes:
        """`labci ci pr`; its file."""
        pull_request(self.project.clone, self.project.event(head))
        return (self.project.clone / outcome.FOLDER / outcome.NAME).read_bytes()

    def comment(self, head: str, data: bytes | None, **files: bytes) -> list[str]:
        """`labci ci comment` after a run for `head` that left a file, or these files."""
        number = len(self.talk.runs) + 1
        packed = files or ({outcome.NAME: data} if data is not None else {})
        artifacts = {outcome.NAME: archive(packed)} if packed else {}
        self.talk.runs[number] = Run(id=number, repository=FORK, branch=BRANCH, sha=head, artifacts=artifacts)
        return self.run(number)

    def run(self, number: int) -> list[str]:
        event = self.project.clone.parent / "run.json"
        event.write_text(json.dumps({"workflow_run": {"id": number}}))
        return list(comment(self.environment(event)))

    def say(self, body: str, author: str = "eve") -> str:
        """Write a comment, let `labci ci command` answer it; the answer, or "" if there is none."""
        number = len(self.talk.comments) + 1
        self.talk.comments.append(Comment(id=number, pull=7, author=author, body=body))
        said = {"id": number, "body": body, "user": {"login": author}}
        event = self.project.clone.parent / "said.json"
        event.write_text(json.dumps({"comment": said, "issue": {"number": 7, "pull_request": {}}}))
        list(command(self.project.clone, self.environment(event)))
        last = self.talk.comments[-1]
        return str(last.body) if last.id != number else ""

    def environment(self, event: Path) -> dict[str, str]:
        return {
            "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": OWN, "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": self.hub.url, "GITHUB_SERVER_URL": "https://github.com",
        }  # fmt: skip


@contextmanager
def staged(project: Project) -> Iterator[Stage]:
    fork = project.clone.parent / "fork.git"
    subprocess.run(["git", "clone", "-q", "--bare", project.server, fork], check=True)
    with serving() as hub:
        hub.repos = {
            OWN: Repo(full_name=OWN, git=project.server), FORK: Repo(full_name=FORK, git=fork, parent=OWN),
        }  # fmt: skip
        hub.pulls = [Pull(number=7, title="Mine", body=None, base=(OWN, "main"), head=(FORK, BRANCH))]
        yield Stage(project=project, hub=hub)


def leaf(text: str) -> dict[str, str | None]:
    return {f"{OTHER}/qna.yaml": text, f"{OTHER}/attribution.txt": ATTRIBUTION}


def based(project: Project, settings: str) -> None:
    """Settings on the base branch, here and on the server."""
    write(project.author, {"labci.yaml": settings})
    git(project.author, "commit", "-qam", "Settings")
    git(project.author, "push", "-q", str(project.server), "HEAD:refs/heads/main")
    git(project.clone, "fetch", "-q", "origin")
    git(project.clone, "reset", "-q", "--hard", "origin/main")
    object.__setattr__(project, "base", git(project.author, "rev-parse", "HEAD"))


def run(stage: Stage, inputs: dict[str, str] | None = None, **more: str) -> str:
    """`labci ci preview` as it was dispatched last; the summary page."""
    folder = stage.project.clone.parent
    (folder / "dispatch.json").write_text(json.dumps({"inputs": inputs or stage.talk.dispatched[-1]["inputs"]}))
    environment = on_own_runner(stage, folder / "dispatch.json")
    preview(stage.project.clone, Quiet(), environment | more)
    return Path(environment["GITHUB_STEP_SUMMARY"]).read_text("utf-8")


def on_own_runner(stage: Stage, event: Path) -> dict[str, str]:
    """The environment of a job on a machine whose disk stays, with an empty summary page."""
    page = stage.project.clone.parent / "page.md"
    page.write_text("")
    return {**stage.environment(event), "RUNNER_ENVIRONMENT": "self-hosted", "GITHUB_STEP_SUMMARY": str(page)}


def commented(stage: Stage) -> list[str]:
    """The previews among the comments."""
    return [said.body for said in stage.talk.comments if pages.MARKER in said.body]
