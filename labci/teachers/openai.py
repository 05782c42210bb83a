"""Any server that speaks OpenAI's chat completions: bounded concurrency, back-off, no secret in an error."""

from __future__ import annotations

import asyncio
import os
import queue
import random
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from labci import digest
from labci.errors import ConfigError, OutsideError
from labci.request import Request, Response
from labci.teachers import Options

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ATTEMPTS = 6  # per request, before the teacher counts as dead
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds
TIMEOUT = 120.0  # seconds for one answer
START, CEILING = 4, 64  # concurrent requests where the user sets no number
Done = tuple[Request, Response] | BaseException | None


def from_environment(options: Options) -> Client:
    """A client for OPENAI_BASE_URL with OPENAI_API_KEY; the key is never printed."""
    url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigError("OPENAI_BASE_URL is no http or https address", hint="such as http://localhost:8000/v1")
    return Client(url=url, key=os.environ.get("OPENAI_API_KEY", ""), served=options.argument, jobs=options.jobs)


class Limit:
    """How many requests may be under way: grows by one per round of answers, halves on trouble (AIMD)."""

    def __init__(self, jobs: int) -> None:
        self.ceiling = jobs or CEILING
        self.allowed = float(jobs or START)
        self.running = 0
        self.quiet_until = 0.0

    async def enter(self) -> None:
        """Wait for a place, and for the end of a pause that the server asked for."""
        while self.running >= int(self.allowed) or time.monotonic() < self.quiet_until:
            await asyncio.sleep(0.005 if self.running >= int(self.allowed) else 0.02)
        self.running += 1

    def leave(self, *, good: bool) -> None:
        """Give the place back; `good` says whether there was an answer."""
        self.running -= 1
        step = 1 / self.allowed if good else -self.allowed / 2
        self.allowed = min(float(self.ceiling), max(1.0, self.allowed + step))


class Client:
    """One served model. jobs: concurrent requests, 0 to find out. Satisfies `labci.teachers.Teacher`."""

    def __init__(self, *, url: str, key: str, served: str, jobs: int = 0, first_wait: float = FIRST_WAIT) -> None:
        self.url, self.key, self.served, self.jobs = url, key, served, jobs
        self.first_wait = first_wait

    @property
    def name(self) -> str:
        """The served id."""
        return self.served

    @property
    def digest(self) -> str:
        """sha256 of the served id: the weights behind it can't be known."""
        return digest.of_json(["openai", self.served])

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers as they arrive; see `labci.teachers.Teacher`."""
        done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        stop = threading.Event()
        thread = threading.Thread(target=self._work, args=(iter(requests), done, stop), daemon=True)
        thread.start()
        try:
            while (item := done.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()

    def close(self) -> None:
        """Nothing runs between calls."""

    def _work(self, requests: Iterator[Request], done: queue.SimpleQueue[Done], stop: threading.Event) -> None:
        try:
            asyncio.run(self._all(requests, done, stop))
        except BaseException as error:  # handed to the caller's thread, which raises it
            done.put(error)
        else:
            done.put(None)

    async def _all(self, requests: Iterator[Request], done: queue.SimpleQueue[Done], stop: threading.Event) -> None:
        from openai import AsyncOpenAI

        limit, tasks = Limit(self.jobs), set[asyncio.Task[None]]()
        async with AsyncOpenAI(base_url=self.url, api_key=self.key or "none", max_retries=0, timeout=TIMEOUT) as client:
            try:
                for request in requests:
                    await limit.enter()
                    _raise_first(tasks)
                    if stop.is_set():
                        return
                    tasks.add(asyncio.create_task(self._one(client, request, limit, done)))
                    tasks = {task for task in tasks if not task.done() or task.exception()}
                    await asyncio.sleep(0)
                while pending := {task for task in tasks if not task.done()}:
                    await asyncio.wait(pending, timeout=0.1, return_when=asyncio.FIRST_EXCEPTION)
                    _raise_first(tasks)
                    if stop.is_set():
                        return
                _raise_first(tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, client: AsyncOpenAI, request: Request, limit: Limit, done: queue.SimpleQueue[Done]) -> None:
        """One request until it is answered; the place it was given is held only while it is under way."""
        for attempt in range(ATTEMPTS):
            if attempt:
                await limit.enter()
            response = None
            try:
                response, trouble, wait = await self._try(client, request)
            finally:  # a refusal, too, gives its place back: the loop waits for one before it looks for errors
                limit.leave(good=response is not None)
            if response is not None:
                done.put((request, response))
                return
            pause = wait if wait is not None else self.first_wait * 2**attempt
            limit.quiet_until = max(limit.quiet_until, time.monotonic() + (wait or 0.0))
            if attempt < ATTEMPTS - 1:
                await asyncio.sleep(min(LONGEST_WAIT, pause) * random.uniform(0.75, 1.25))
        raise OutsideError(
            f"teacher {self.served} at {self._where()} gave no answer in {ATTEMPTS} attempts: {trouble}",
            hint="what is done is kept; when the server is well, run the same command again",
        )

    async def _try(self, client: AsyncOpenAI, request: Request) -> tuple[Response | None, str, float | None]:
        """One attempt: the answer, or what was wrong and for how many seconds the server wants peace."""
        import httpx
        import openai

        try:
            answer = await client.chat.completions.create(**_parameters(request, self.served))
            return _response(answer), "", None
        except openai.APITimeoutError:
            return None, f"no answer within {TIMEOUT:.0f} s", None
        except openai.APIStatusError as error:
            status = error.status_code
            if status in (408, 409, 429) or status >= 500:
                return None, f"HTTP {status}", _retry_after(error.response.headers.get("retry-after"))
            raise self._refusal(status, str(error.message)) from None
        except (openai.APIConnectionError, httpx.HTTPError):
            return None, "no connection", None
        except (openai.APIError, ValueError, TypeError, AttributeError, IndexError):
            return None, "an answer that is no chat completion", None

    def _refusal(self, status: int, message: str) -> OutsideError:
        if status in (401, 403):
            return OutsideError(
                f"teacher {self.served} at {self._where()} refused the key (HTTP {status})", hint="set OPENAI_API_KEY"
            )
        shown = message.replace(self.key, "…") if self.key else message
        return OutsideError(
            f"teacher {self.served} at {self._where()} refused the request (HTTP {status}): {shown[:300]}",
            hint="check the model's name and OPENAI_BASE_URL; what is done is kept",
        )

    def _where(self) -> str:
        """Host and port only: a URL may carry a password."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _parameters(request: Request, served: str) -> dict[str, Any]:
    sampling = request.sampling
    values: dict[str, Any] = {
        "model": served,
        "messages": [dict(message) for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": request.seed,
    }
    if sampling.stop:
        values["stop"] = list(sampling.stop)
    if request.schema is not None:
        shape = {"name": "answer", "strict": True, "schema": dict(request.schema)}
        values["response_format"] = {"type": "json_schema", "json_schema": shape}
    return values


def _response(answer: Any) -> Response:
    choice = answer.choices[0]
    usage = answer.usage
    text = choice.message.content
    return Response(
        text=text if isinstance(text, str) else "",
        finish="length" if choice.finish_reason == "length" else "stop",
        prompt_tokens=int(usage.prompt_tokens) if usage else 0,
        completion_tokens=int(usage.completion_tokens) if usage else 0,
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header; its date form is left to our own back-off."""
    try:
        return min(LONGEST_WAIT, max(0.0, float(value))) if value is not None else None
    except ValueError:
        return None


def _raise_first(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
