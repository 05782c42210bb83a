"""What a workflow asks of its own project on GitHub: runs, their artifacts, pull requests, comments, labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from labci.errors import OutsideError, UsageError
from labci.forges import GITHUB
from labci.forges.github import TIMEOUT, account, client
from labci.forges.github.answers import Answers

if TYPE_CHECKING:
    from github import Github
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest
    from github.Repository import Repository
    from github.WorkflowRun import WorkflowRun

ROBOT = "github-actions[bot]"  # whom a workflow's own token comments as
AGAIN = "then run the job again"
NEEDS = "the job's permissions: say what its token may do"


class Head(NamedTuple):
    """Where a pull request comes from: `OWNER/NAME`, branch, and id of the commit."""

    repository: str
    branch: str
    sha: str


class Project:
    """The repository of `$GITHUB_REPOSITORY`. Every method may raise OutsideError."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        host = urlsplit(environment.get("GITHUB_SERVER_URL", "")).hostname or GITHUB
        path = environment.get("GITHUB_REPOSITORY", "")
        if path.count("/") != 1:
            raise UsageError("GITHUB_REPOSITORY names no repository", hint="this command is for a workflow on GitHub")
        name, token = account.token_of(host, environment)
        self._answers = Answers(
            api=account.api_url(host, environment), host=host, repository=path, token_name=name, token=token,
            again=AGAIN, needs=NEEDS,
        )  # fmt: skip

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
        with self._answers.told():
            pull = self._pull(number)
            mine = next((said for said in pull.get_issue_comments() if self._is_mine(said, marker)), None)
            if mine is None and begin:
                pull.create_issue_comment(text)
            elif mine is not None and mine.body != text:
                mine.edit(text)
            return begin or mine is not None

    def label(self, number: int, wanted: Collection[str], known: Collection[str]) -> None:
        """Give a pull request the wanted labels, and take the other known ones from it; no others are touched."""
        with self._answers.told():
            pull = self._pull(number)
            there = {label.name for label in pull.labels}
            for name in sorted((there & set(known)) - set(wanted)):
                pull.remove_from_labels(name)
            if new := sorted(set(wanted) - there):
                pull.add_to_labels(*new)

    @cached_property
    def _client(self) -> Github:
        return client(self._answers)

    @cached_property
    def _project(self) -> Repository:
        return self._client.get_repo(self._answers.repository)

    def _run(self, run: int) -> WorkflowRun:
        return self._project.get_workflow_run(run)

    def _pull(self, number: int) -> PullRequest:
        return self._project.get_pull(number)

    def _is_mine(self, said: IssueComment, marker: str) -> bool:
        return (said.body or "").rstrip().endswith(marker) and said.user.login == self._login

    @cached_property
    def _login(self) -> str:
        """Whom the token acts as; a workflow's own may not ask."""
        from github import GithubException

        try:
            return self._client.get_user().login
        except GithubException as error:
            if error.status != 403:
                raise
            return ROBOT

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


def _is(pull: PullRequest, head: Head) -> bool:
    """The filter of the list goes by the owner and the branch alone."""
    return bool(pull.head.repo) and (pull.head.repo.full_name, pull.head.sha) == (head.repository, head.sha)
