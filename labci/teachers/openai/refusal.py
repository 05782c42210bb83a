"""What stops a run for good, in words that name the server but no secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from labci.errors import OutsideError


@dataclass(frozen=True, slots=True)
class Place:
    """A server as messages name it: host and port only, as its address and the key may hold secrets."""

    url: str
    key: str = field(repr=False)
    served: str

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"teacher {self.served} at {parts.hostname}{f':{parts.port}' if parts.port else ''}"

    def without_secrets(self, text: str) -> str:
        """A text of the server, which may repeat what it was sent."""
        password = urlsplit(self.url).password or ""
        for secret in {self.key, password, unquote(password), quote(password)} - {""}:
            text = text.replace(secret, "…")
        return text


def dead(place: Place, attempts: int, seconds: float, trouble: str) -> OutsideError:
    """No answer to anybody, after all attempts or for a long time. seconds: since the last one."""
    times = f"{attempts} attempt{'s' if attempts > 1 else ''}"
    return OutsideError(
        f"{place} gave no answer in {times} and {seconds:.0f} s: {trouble}",
        hint="what is done is kept; when the server is well, run the same command again",
    )


def failing(place: Place, lost: int, answers: int, trouble: str) -> OutsideError:
    """Too many requests without an answer, though the server lives."""
    return OutsideError(
        f"{place} answered {answers} requests and could not answer {lost}, the last of them: {trouble}",
        hint="what is done is kept; see the server's log, and when it is well run the same command again",
    )


def busy(place: Place, status: int, seconds: float) -> OutsideError:
    """The server wants peace for longer than a run waits."""
    return OutsideError(
        f"{place} asks to be left alone for {seconds:.0f} s (HTTP {status})",
        hint="what is done is kept; run the same command again after that time",
    )


def refused(place: Place, status: int, message: str) -> OutsideError:
    """A status that another attempt would not change. message: what the server says about it."""
    if status in (401, 403):
        return OutsideError(f"{place} refused the key (HTTP {status})", hint="set OPENAI_API_KEY")
    hint = "check the model's name and OPENAI_BASE_URL with: labci doctor; what is done is kept"
    if status == 429:
        hint = "the account's quota is used up; what is done is kept, so run the same command again when there is more"
    return OutsideError(
        f"{place} refused the request (HTTP {status}): {place.without_secrets(message)}",
        hint=hint,
    )


def changed(place: Place, first: str, now: str) -> OutsideError:
    """Answers come from another model than before."""
    return OutsideError(
        f"{place} has changed its model in the middle of the run: first {first[:100]!r}, now {now[:100]!r}",
        hint="answers of two models must not be mixed: have the server hold one of them, or name it with"
        " --teacher openai:MODEL; what is done is kept, then run the command again",
    )
