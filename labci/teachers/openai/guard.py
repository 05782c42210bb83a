"""The HTTP connection: answers beyond a size are cut off unread, whatever their headers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from openai import AsyncOpenAI

MAX_BYTES = 4 << 20  # of one answer; 4,000 tokens with five log-probabilities each are about one
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class UnreadableError(Exception):
    """An answer that is not read to its end; the message says why."""


def connect(url: str, key: str, *, max_bytes: int = MAX_BYTES) -> AsyncOpenAI:
    """A client that neither repeats requests nor waits by itself; each call brings its own time limit."""
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    async def guard(response: Any) -> None:
        """Called when the headers are there, and before any of the body is read."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UnreadableError("a compressed answer, which was not asked for")  # a small one may unfold to any size
        if (length := response.headers.get("content-length", "")).isdecimal() and int(length) > max_bytes:
            raise UnreadableError("too long an answer")
        response.stream = _capped(response.stream, max_bytes)

    url, auth = without_user(url)
    outside = urlsplit(url).hostname not in LOOPBACK  # a proxy of the environment is for other machines
    http = DefaultAsyncHttpxClient(event_hooks={"response": [guard]}, trust_env=outside, auth=auth)
    headers = {"Accept-Encoding": "identity"}
    return AsyncOpenAI(
        base_url=url, api_key=key or "none", max_retries=0, timeout=None, http_client=http, default_headers=headers
    )


def without_user(url: str) -> tuple[str, tuple[str, str] | None]:
    """An address apart from its user and password: HTTP clients write addresses to their logs."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, None
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return plain, (unquote(parts.username), unquote(parts.password or ""))


def _capped(stream: Any, most: int) -> Any:
    from httpx2 import AsyncByteStream

    class Capped(AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = most
            async for part in stream:
                left -= len(part)
                if left < 0:
                    raise UnreadableError("too long an answer")
                yield part

        async def aclose(self) -> None:
            await stream.aclose()

    return Capped()
