"""The project on GitHub that a workflow runs for, and whom its token acts as there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labci.errors import UsageError
from labci.forges import GITHUB
from labci.forges.github import account, client
from labci.forges.github.answers import Answers
from labci.forges.github.conditional import remembering

if TYPE_CHECKING:
    from github import Github
    from github.PullRequest import PullRequest
    from github.Repository import Repository

ROBOT = "github-actions[bot]"  # whom a workflow's own token comments as
AGAIN = "then run the job again"
REFUSED = ("GitHub does not take it", "look at what it says")
NEEDS = "the job's permissions: say what its token may do"


class Connection:
    """The repository of `$GITHUB_REPOSITORY`. What is asked of it is asked within `answers.told()`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        host = urlsplit(environment.get("GITHUB_SERVER_URL", "")).hostname or GITHUB
        path = environment.get("GITHUB_REPOSITORY", "")
        if path.count("/") != 1:
            raise UsageError("GITHUB_REPOSITORY names no repository", hint="this command is for a workflow on GitHub")
        name, token = account.token_of(host, environment)
        self.answers = Answers(
            api=account.api_url(host, environment), host=host, repository=path, token_name=name, token=token,
            again=AGAIN, needs=NEEDS, refused=REFUSED,
        )  # fmt: skip

    @cached_property
    def repository(self) -> Repository:
        """The project. All that is read of it again is asked for by its ETag."""
        from github.Repository import Repository

        return Repository(remembering(self._client.requester), url=f"/repos/{self.answers.repository}")

    @cached_property
    def login(self) -> str:
        """Whom the token acts as; a workflow's own may not ask."""
        from github import GithubException

        try:
            return self._client.get_user().login
        except GithubException as error:
            if error.status != 403:
                raise
            return ROBOT

    def pull(self, number: int) -> PullRequest:
        """A pull request as it is now."""
        return self.repository.get_pull(number)

    @cached_property
    def _client(self) -> Github:
        return client(self.answers)
