"""What GitHub answers when it doesn't do what it was asked for, as messages with a next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from labci.errors import LabciError, OutsideError

if TYPE_CHECKING:
    from github.GithubException import GithubException

Made = TypeVar("Made")
MAX_WAIT = 20  # seconds for a rate limit to pass; a longer wait is the user's to decide
PAUSE = 1  # seconds after a failure before it is looked what became of it
TRIES = 2  # more, after the first one failed
AGAIN = "labci submit goes on from here"
# By status: what it means, and what to do.
MEANINGS = {
    401: ("GitHub doesn't take the token in {token}", "make a new one: https://{host}/settings/tokens"),
    403: ("the token in {token} may not do this on {repository}",
          "it needs 'Pull requests: read and write' (fine-grained), or the scope public_repo (classic)"),
    404: ("GitHub shows no repository {repository} to the token in {token}",
          "check git remote -v, and that the token covers this repository"),
}  # fmt: skip
REFUSED = ("GitHub refuses the pull request", "check --base and --branch")  # 422
# Parts of what GitHub says with 422, and what to do.
STEPS = {
    "no commits between": "the base branch has all of it already: git pull, and go on from there",
    "already exists": "it was opened a moment ago",
    "head invalid": "the branch is not on GitHub: git push",
    "base invalid": "the project has no such branch: set base: in labci.yaml, or --base",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Where an answer came from, for messages. api: base URL; repository: `OWNER/NAME` of the project.

    again: how what was cut off goes on. needs: what to do about a token that may not do this; "" is the usual. refused:
    what it means that GitHub does not take what was sent, and what to do.
    """

    api: str
    host: str
    repository: str
    token_name: str
    token: str = field(repr=False)
    again: str = AGAIN
    needs: str = ""
    refused: tuple[str, str] = REFUSED

    @contextmanager
    def told(self) -> Iterator[None]:
        """Whatever PyGithub raises becomes a message; the cause is cut off, as it may quote the request."""
        from github.GithubException import BadAttributeException, GithubException
        from requests.exceptions import RequestException, RetryError

        host = urlsplit(self.api).netloc.rpartition("@")[2]
        try:
            yield
        except GithubException as error:
            raise self._refusal(error) from None
        except RetryError:
            raise OutsideError(f"{host} keeps failing", hint=f"try again later; {self.again}") from None
        except RequestException as error:
            kind = type(error).__name__
            hint = f"check the network, and GITHUB_API_URL if it is set; {self.again}"
            raise OutsideError(f"{host} can't be reached ({kind})", hint=hint) from None
        except (AssertionError, AttributeError, RuntimeError, TypeError, ValueError, BadAttributeException):
            # PyGithub holds answers to the API's address, and finds no fields in what isn't one.
            hint = "check GITHUB_API_URL, and whether a proxy answers instead"
            raise OutsideError(f"what answers at {host} is not GitHub's API", hint=hint) from None

    def _refusal(self, error: GithubException) -> LabciError:
        """What a status means here, with GitHub's own words where they tell more."""
        from github.GithubException import RateLimitExceededException

        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        if isinstance(error, RateLimitExceededException) or error.status == 429:
            hint = f"wait until then; {self.again}"
            return OutsideError(f"GitHub's rate limit is used up {_until(headers)}", hint=hint)
        said = f": {words}" if (words := self._clean(_said(error.data))) else ""
        meanings = {**MEANINGS, 422: self.refused}
        what, hint = meanings.get(error.status, ("GitHub answers {status}", "try again later"))
        if error.status == 403 and self.needs:
            hint = self.needs
        found = {"status": error.status, "token": self.token_name, "host": self.host, "repository": self.repository}
        return OutsideError(what.format(**found) + said, hint=f"{_step(said) or hint.format(**found)}; {self.again}")

    def _clean(self, text: str) -> str:
        text = text.replace(self.token, "…")
        return "".join(character if character.isprintable() else " " for character in text)[:300]


def made_once(find: Callable[[], Made | None], make: Callable[[], Made]) -> Made:
    """What `make` makes. Where GitHub fails at it (5xx) it is looked for, and made again if it is not there."""
    from github import GithubException

    try:
        return make()
    except GithubException as error:
        if error.status < 500:
            raise
    sleep(PAUSE)
    found = find()
    return make() if found is None else found


def _step(said: str) -> str:
    return next((step for part, step in STEPS.items() if part in said.lower()), "")


def _said(data: Any) -> str:
    """The reasons in an error's body, else its message."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
    told = [str(row.get("message") or f"{row.get('field')} {row.get('code')}") for row in rows]
    return "; ".join(told) or str(data.get("message") or "")


def _until(headers: Mapping[str, str]) -> str:
    wait, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    try:
        if wait:
            when = datetime.now(UTC) + timedelta(seconds=int(wait))
        else:
            when = datetime.fromtimestamp(int(reset), UTC)
    except (ValueError, OverflowError, OSError):
        return "for now"
    return f"until {when:%Y-%m-%d %H:%M:%S} UTC"


def retry() -> Any:
    """PyGithub's retries, without waits that nobody sees the end of."""
    from github import GithubRetry
    from github.GithubException import RateLimitExceededExceedsMaxWait

    class Bounded(GithubRetry):
        def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
            """Whether to ask again; a change (PATCH, POST) only where GitHub says that it did not make it."""
            limited = method == "PATCH" and (status_code == 403 or (status_code == 429 and has_retry_after))
            if method == "POST" and status_code >= 500:
                return False  # it may be there; see `made_once`
            return (limited and bool(self.total)) or super().is_retry(method, status_code, has_retry_after)

        def get_retry_after(self, response: Any) -> float | None:
            """Seconds that the server asks for; an error instead of a long wait."""
            wait = super().get_retry_after(response)
            if wait is not None and wait > MAX_WAIT:
                raise RateLimitExceededExceedsMaxWait(429, None, dict(response.headers), wait=wait)
            return wait

    return Bounded(total=TRIES, backoff_factor=0.5, max_rate_limit_wait=MAX_WAIT)
