"""One attempt to have an answer, and what it means where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from labci.teachers.openai import refusal
from labci.teachers.openai.guard import UnreadableError
from labci.teachers.openai.wire import retry_after, said, spent

LONGEST_WAIT = 300.0  # seconds that a server may ask for; who is told to wait longer had better come back later
HANG = 3  # quick failures that an attempt without any answer in its time counts for
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why an attempt gave no answer. wait: seconds for which the server wants peace.

    weight: failures that it counts for; 0 for a server that is well and has no room.
    """

    says: str
    wait: float = 0.0
    weight: int = 1


async def attempt(ask: Callable[[], Awaitable[Answer]], *, seconds: float, place: refusal.Place) -> Answer | Trouble:
    """What `ask` finds within so many seconds, or what was wrong and may pass.

    Raises OutsideError for what another attempt would not change.
    """
    import openai

    try:
        async with asyncio.timeout(seconds):  # of the whole answer: one that drips in never times out by itself
            return await ask()
    except (TimeoutError, openai.APITimeoutError):
        return Trouble(says=f"no answer within {seconds:.0f} s", weight=HANG)
    except openai.APIStatusError as error:
        status, wait = error.status_code, retry_after(error.response.headers.get("retry-after")) or 0.0
        message, empty = said(error.body, error.message), spent(error.body)
    except UnreadableError as error:
        return Trouble(says=str(error))
    except (openai.APIConnectionError, OSError):
        return Trouble(says="no connection, or one that broke off")
    except (openai.APIError, ValueError):
        return Trouble(says="an answer that is no chat completion")
    if (status not in (408, 409, 429) and status < 500) or empty:
        raise refusal.refused(place, status, message)  # not from the other error, which has the key
    if wait > LONGEST_WAIT:
        raise refusal.busy(place, status, wait)
    return Trouble(says=f"HTTP {status}", wait=wait, weight=0 if status == 429 else 1)
