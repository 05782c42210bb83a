"""What a workflow asks of its own project on GitHub: runs, their artifacts, pull requests, comments, labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from labci.errors import OutsideError
from labci.forges.github import TIMEOUT
from labci.forges.github.answers import made_once
from labci.forges.github.connection import AGAIN, Connection

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest
    from github.Repository import Repository
    from github.WorkflowRun import WorkflowRun

MOST = 65_000  # characters of a comment or an issue; GitHub refuses more than 65,536
FORBIDDEN = "not accessible"  # "Resource not accessible by integration" is about the token


def fitting(text: str, marker: str = "") -> str:
    """The text as far as GitHub takes it: cut at a line, with a word about it and the marker at its end."""
    if len(text) <= MOST:
        return text
    kept = text[: MOST - len(marker)].rpartition("\n")[0]
    return f"{kept}\n\n… cut here, as GitHub takes no longer text.\n\n{marker}\n"


class Head(NamedTuple):
    """Where a pull request comes from: `OWNER/NAME`, branch, and id of the commit."""

    repository: str
    branch: str
    sha: str


class Project:
    """The repository of `$GITHUB_REPOSITORY`. Every method may raise OutsideError."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.connection = Connection(environment)
        self._answers = self.connection.answers

    def head_of(self, run: int) -> Head | None:
        """What a workflow run was for; None if that was no pull request, or its repository is gone."""
        with self._answers.told():
            found = self._run(run)
            if found.event != "pull_request" or not found.head_repository:
                return None
            return Head(found.head_repository.full_name, found.head_branch, found.head_sha)

    def pulls(self, head: Head) -> list[int]:
        """Numbers of the open pull requests whose head is this commit now."""
        owner = head.repository.partition("/")[0]
        with self._answers.told():
            found = self._project.get_pulls(state="open", head=f"{owner}:{head.branch}")
            return sorted(pull.number for pull in found if _is(pull, head))

    def artifact(self, run: int, name: str, most: int) -> bytes | None:
        """The ZIP of a run's newest artifact of a name; None if there is none. OutsideError over `most` bytes."""
        with self._answers.told():
            found = [item for item in self._run(run).get_artifacts() if item.name == name and not item.expired]
            if not found:
                return None
            newest = max(found, key=lambda item: item.id)
            return self._download(newest.archive_download_url, most)

    def comment(self, number: int, marker: str, text: str, *, begin: bool = True) -> bool:
        """Write the one comment that ends with `marker`, or edit it; whether there is one now.

        begin: whether to write it where there is none. A comment of somebody else is none, whatever it holds.
        """
        text = fitting(text, marker)
        with self._answers.told():
            pull = self._pull(number)

            def find() -> IssueComment | None:
                return next((said for said in pull.get_issue_comments() if self._is_mine(said, marker)), None)

            mine = find()
            if mine is None and begin:
                made_once(find, lambda: pull.create_issue_comment(text))
            elif mine is not None and mine.body != text:
                mine.edit(text)
            return begin or mine is not None

    def reply(self, number: int, text: str) -> None:
        """Write one more comment on a pull request."""
        with self._answers.told():
            self._pull(number).create_issue_comment(fitting(text))

    def report(self, label: str, marker: str, title: str, text: str) -> int:
        """Open an issue with `label` that ends with `marker`, or edit the one that is open; returns its number."""
        text = fitting(text, marker)
        with self._answers.told():
            found = self._open(label, marker)
            if found is None:
                return made_once(
                    lambda: self._open(label, marker),
                    lambda: self._project.create_issue(title=title, body=text, labels=[label]),
                ).number
            if found.body != text:
                found.edit(body=text)
            return found.number

    def settle(self, label: str, marker: str, text: str) -> None:
        """Close the issue that `report` opened, if one is open, and say why."""
        with self._answers.told():
            if (found := self._open(label, marker)) is not None:
                found.create_comment(text)
                found.edit(state="closed")

    def count_recent(self, number: int, start: str, *, seconds: int, until: int) -> int:
        """How many comments with that start a pull request got in the last seconds, before the one of id `until`."""
        since = datetime.now(UTC) - timedelta(seconds=seconds)
        with self._answers.told():
            found = self._project.get_issue(number).get_comments(since=since)
            return sum(_counts(said, start, since, until) for said in found)

    def role(self, login: str, number: int) -> str:
        """`maintainer` (may write to the repository), `triager`, `author` of the pull request, or `anyone`."""
        with self._answers.told():
            if self._project.get_collaborator_permission(login) in ("admin", "write"):
                return "maintainer"
            if self._project.get_collaborator_role_name(login) == "triage":
                return "triager"
            return "author" if self._pull(number).user.login == login else "anyone"

    def head(self, number: int) -> Head | None:
        """Where a pull request's newest commit is; None if its repository is gone."""
        with self._answers.told():
            found = self._pull(number).head
            return Head(found.repo.full_name, found.ref, found.sha) if found.repo else None

    def base(self, number: int) -> str | None:
        """Tip of the branch that an open pull request goes to; None if it is closed."""
        with self._answers.told():
            found = self._pull(number)
            return found.base.sha if found.state == "open" else None

    def mark(self, sha: str, context: str, text: str) -> None:
        """Give a commit a status of success."""
        with self._answers.told():
            self._project.get_commit(sha).create_status("success", description=text, context=context)

    def marked(self, sha: str, context: str) -> str | None:
        """The text of a commit's newest status of a context; None if there is none that succeeded, and is ours."""
        with self._answers.told():
            found = (item for item in self._project.get_commit(sha).get_statuses() if item.context == context)
            newest = next(found, None)  # GitHub tells the newest first
            if newest is None or newest.state != "success" or newest.creator.login != self.connection.login:
                return None
            return newest.description or ""

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow of the default branch by hand."""
        with self._answers.told():
            self._project.get_workflow(workflow).create_dispatch(self._project.default_branch, dict(inputs), throw=True)

    def newest_run(self, workflow: str, sha: str) -> int | None:
        """Id of the newest run of a workflow's file for a pull request's commit; None if there is none."""
        with self._answers.told():
            runs = self._project.get_workflow(workflow).get_runs(event="pull_request", head_sha=sha)
            return max((run.id for run in runs), default=None)

    def rerun(self, run: int, *, failed: bool) -> bool:
        """Start a run's jobs again, all or those that failed; whether GitHub does."""
        from github import GithubException

        with self._answers.told():
            found = self._run(run)
            try:
                return found.rerun_failed_jobs() if failed else found.rerun()
            except GithubException as error:
                # One status for a run that can't be started again, and for a token that may not.
                if error.status != 403 or FORBIDDEN in str(error.data):
                    raise
                return False

    def label(self, number: int, wanted: Collection[str], known: Collection[str]) -> None:
        """Give a pull request the wanted labels, and take the other known ones from it; no others are touched."""
        with self._answers.told():
            pull = self._pull(number)
            there = {label.name for label in pull.labels}
            for name in sorted((there & set(known)) - set(wanted)):
                pull.remove_from_labels(name)
            if new := sorted(set(wanted) - there):
                pull.add_to_labels(*new)

    @property
    def _project(self) -> Repository:
        return self.connection.repository

    def _run(self, run: int) -> WorkflowRun:
        return self._project.get_workflow_run(run)

    def _pull(self, number: int) -> PullRequest:
        return self.connection.pull(number)

    def _open(self, label: str, marker: str) -> Issue | None:
        found = self._project.get_issues(state="open", labels=[label])
        return next((issue for issue in found if self._is_mine(issue, marker)), None)

    def _is_mine(self, said: Issue | IssueComment, marker: str) -> bool:
        return (said.body or "").rstrip().endswith(marker) and said.user.login == self.connection.login

    def _download(self, url: str, most: int) -> bytes:
        """GitHub redirects to another host, which gets no token: requests drops it there."""
        import requests

        headers = {"Authorization": f"Bearer {self._answers.token}"}
        data = bytearray()
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code != 200:
                raise OutsideError(f"the artifact can't be had (status {answer.status_code})", hint=AGAIN)
            for part in answer.iter_content(65_536):
                data += part
                if len(data) > most:
                    raise OutsideError(f"the artifact is larger than {most:,} bytes", hint="it is not labci's")
        return bytes(data)


def _counts(said: IssueComment, start: str, since: datetime, until: int) -> bool:
    """The list goes by the time of the last change; an old comment that was edited doesn't count."""
    return said.id < until and said.created_at >= since and (said.body or "").startswith(start)


def _is(pull: PullRequest, head: Head) -> bool:
    """The filter of the list goes by the owner and the branch alone."""
    return bool(pull.head.repo) and (pull.head.repo.full_name, pull.head.sha) == (head.repository, head.sha)
