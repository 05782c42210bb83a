"""Conditional requests: what was read before is asked for by its ETag, and doesn't count against the rate limit
where GitHub answers that it is the same (304).

PyGithub does so for one object (`update`), not for lists; both go through `Requester.requestJson`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from github.Requester import Requester

MOST = 200  # answers that are remembered; the oldest goes
SAME = 304


class Remembered(NamedTuple):
    """An answer: its ETag, headers and body."""

    etag: str
    headers: dict[str, Any]
    body: str


def remembering(plain: Requester) -> Requester:
    """A requester like another one that remembers what it has read, as long as it lives."""
    from github.Requester import Requester

    class Remembering(Requester):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self._answers: dict[str, Remembered] = {}

        def requestJson(self, verb: str, url: str, *args: Any, **options: Any) -> tuple[int, dict[str, Any], str]:
            """Status, headers and body, as PyGithub asks for them; 200 where GitHub says that nothing changed."""
            named = dict(zip(("parameters", "headers", "input", "cnx"), args, strict=False)) | options
            headers = dict(named.pop("headers", None) or {})
            if verb != "GET" or "If-None-Match" in headers:
                return super().requestJson(verb, url, headers=headers, **named)
            # GitHub's answer depends on the media type that is asked for, too.
            key = repr((url, sorted((named.get("parameters") or {}).items()), headers.get("Accept")))
            known = self._answers.get(key)
            if known:
                headers["If-None-Match"] = known.etag
            status, got, body = super().requestJson(verb, url, headers=headers, **named)
            if status == SAME and known:
                return 200, {**known.headers, **got}, known.body
            if status == 200 and (etag := got.get("etag")):
                self._remember(key, Remembered(str(etag), got, body))
            return status, got, body

        def _remember(self, key: str, answer: Remembered) -> None:
            self._answers[key] = answer
            if len(self._answers) > MOST:
                del self._answers[next(iter(self._answers))]

    return Remembering(**plain.kwargs)
