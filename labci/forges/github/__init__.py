"""`github`: github.com, and GitHub Enterprise on a host that the user names; by PyGithub."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from labci import __version__
from labci.forges import Place, Proposal, PullRequest
from labci.forges.github import account
from labci.forges.github.answers import Answers, retry

if TYPE_CHECKING:
    from github import Github
    from github.PullRequest import PullRequest as Found
    from github.Repository import Repository

TIMEOUT = 20  # seconds for an answer
BETWEEN, BETWEEN_WRITES = 0.25, 1.0  # seconds at least from one request or change to the next, as GitHub asks


class GitHubForge:
    """Pull requests on GitHub, from a branch of the project's repository or of a fork.

    The project is the remote `upstream` where there is one, else what the pushed repository was forked from, else
    that repository itself.
    """

    def __init__(self, place: Place) -> None:
        self._push = account.slug(place.push, place.environment)
        self._upstream = account.upstream(place, self._push)
        host = self._push.host
        api, (name, token) = account.api_url(host, place.environment), account.token_of(host, place.environment)
        project = self._upstream or self._push
        self._answers = Answers(api=api, host=host, repository=project.path, token_name=name, token=token)

    def find(self, branch: str, base: str) -> PullRequest | None:
        """The open pull request of a branch of the pushed repository."""
        with self._answers.told():
            source = self._source
            pulls = self._project.get_pulls(state="open", head=f"{source.owner.login}:{branch}", base=base)
            for pull in pulls:
                # The filter goes by the owner alone, who may have two forks.
                if pull.head.repo and pull.head.repo.full_name == source.full_name:
                    return _told(pull)
        return None

    def open(self, proposal: Proposal) -> PullRequest:
        """Open a pull request; the head of one from a fork is `OWNER:BRANCH`."""
        with self._answers.told():
            source, project = self._source, self._project
            head, options = proposal.branch, dict[str, Any]()
            if source.full_name != project.full_name:
                head = f"{source.owner.login}:{proposal.branch}"
                if source.owner.login == project.owner.login:
                    options["head_repo"] = source.name
            return _told(
                project.create_pull(
                    proposal.base, head, title=proposal.title, body=proposal.body, **options,
                )
            )  # fmt: skip

    def update(self, pull: PullRequest, *, title: str, body: str) -> PullRequest:
        """Change title and body; nothing is asked of GitHub if both are the same."""
        if (title, body) == (pull.title, pull.body):
            return pull
        with self._answers.told():
            found = self._project.get_pull(pull.number)
            found.edit(title=title, body=body)
            return _told(found)

    @cached_property
    def _client(self) -> Github:
        return client(self._answers)

    @cached_property
    def _source(self) -> Repository:
        """The repository that branches are pushed to, by the name that it has now."""
        return self._client.get_repo(self._push.path)

    @cached_property
    def _project(self) -> Repository:
        if self._upstream is not None:
            return self._client.get_repo(self._upstream.path)
        return self._source.parent if self._source.fork and self._source.parent else self._source


def client(answers: Answers) -> Github:
    """PyGithub for an API and a token."""
    from github import Auth, Github, set_log_level

    set_log_level(logging.ERROR)  # it writes each 403 to stderr, which `Answers` tells, or which is no trouble
    return Github(
        auth=Auth.Token(answers.token), base_url=answers.api, timeout=TIMEOUT, retry=retry(),
        user_agent=f"labci/{__version__}", seconds_between_requests=BETWEEN, seconds_between_writes=BETWEEN_WRITES,
    )  # fmt: skip


def _told(pull: Found) -> PullRequest:
    return PullRequest(number=pull.number, url=pull.html_url, title=pull.title, body=pull.body or "")
