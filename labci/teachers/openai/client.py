"""Requests to a served model: as many at once as it takes, each repeated until it is answered."""

from __future__ import annotations

import asyncio
import queue
import random
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labci import digest
from labci.request import Continuation, Request, Response
from labci.teachers.openai import refusal
from labci.teachers.openai.guard import MAX_BYTES, UnreadableError, connect
from labci.teachers.openai.limit import Limit
from labci.teachers.openai.wire import LONGEST_WAIT, model_id, parameters, read, retry_after, said, unanswered

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from labci.teachers.openai.capability import Capabilities

ATTEMPTS = 6  # per request, before the teacher counts as dead
FIRST_WAIT = 0.5  # seconds
TIMEOUT = 120.0  # seconds for one answer, waiting in the server's queue included …
SLOWEST = 4.0  # … and for writing it, tokens a second
UNSHAPED = (400, 404, 422, 501)  # what servers answer to a response_format that they don't have
Done = tuple[Request, Response] | BaseException | None
Work = tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]
Extra = Callable[[Request], Mapping[str, Any]]
Scorer = Callable[[Sequence[Continuation]], list[tuple[float, int]] | None]


class Client:
    """One served model. jobs: concurrent requests, 0 to find out. Satisfies `labci.teachers.Teacher`.

    first_wait, timeout: seconds; max_bytes: of an answer. extra: what else a request's body is to say, for a server
    that knows more than OpenAI's. An answer that another model gave than the first one's
    stops the run.
    """

    def __init__(
        self, *, url: str, key: str, served: str, jobs: int = 0, first_wait: float = FIRST_WAIT,
        timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES, extra: Extra | None = None,
    ) -> None:  # fmt: skip
        self.place = refusal.Place(url, key, served)
        self.jobs, self.first_wait, self.timeout, self.max_bytes = jobs, first_wait, timeout, max_bytes
        self.extra = extra
        self.scorer: Scorer | None = None
        self.model = ""  # the id that the first answer names
        self.shapes: bool | None = None  # whether response_format is understood; None: not tried yet
        self.under_way: set[Work] = set()  # one of each `complete`
        self.lock = threading.Lock()  # of `under_way`

    @property
    def name(self) -> str:
        """The served id."""
        return self.place.served

    @property
    def digest(self) -> str:
        """sha256 of the served id: the weights behind it can't be known."""
        return digest.of_json(["openai", self.place.served])

    def connect(self) -> AsyncOpenAI:
        """A connection to the server, to be closed after use."""
        return connect(self.place.url, self.place.key, max_bytes=self.max_bytes)

    def capabilities(self) -> Capabilities:
        """What the server can do, found out by a few small requests; OutsideError if it isn't there."""
        from labci.teachers.openai.capability import probe

        return probe(self.place)

    def complete(self, requests: Iterable[Request]) -> Generator[tuple[Request, Response], None, None]:
        """Answers as they arrive; see `labci.teachers.Teacher`. Stopping early abandons what is under way at once."""
        done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        work = loop.create_task(self._all(iter(requests), done))
        thread = threading.Thread(target=_run, args=(loop, work, done), daemon=True)
        with self.lock:
            self.under_way.add((loop, work))
        thread.start()
        try:
            while (item := done.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            loop.call_soon_threadsafe(work.cancel)
            thread.join()
            with self.lock:
                self.under_way.remove((loop, work))
            loop.close()

    def abort(self) -> None:
        """End what `complete` does in other threads, at once: there it raises CancelledError."""
        with self.lock:
            for loop, work in self.under_way:
                loop.call_soon_threadsafe(work.cancel)

    def score(self, items: Sequence[Continuation]) -> list[tuple[float, int]] | None:
        """See `labci.teachers.Scoring`; what `scorer` finds, None without one."""
        return self.scorer(items) if self.scorer else None

    def check(self, model: object) -> None:
        """Told of the id that an answer names, if any; OutsideError where it isn't the first one's."""
        named = model_id(model)
        self.model = self.model or named
        if named and named != self.model:
            raise refusal.changed(self.place, self.model, named)

    def close(self) -> None:
        """Nothing runs between calls."""

    async def _all(self, requests: Iterator[Request], done: queue.SimpleQueue[Done]) -> None:
        limit = Limit(self.jobs)
        async with (
            self.connect() as client,
            asyncio.TaskGroup() as group,  # the first error ends all
        ):
            for request in requests:
                await limit.enter()
                group.create_task(self._one(client, request, limit, done))
                await asyncio.sleep(0)

    async def _one(self, client: AsyncOpenAI, request: Request, limit: Limit, done: queue.SimpleQueue[Done]) -> None:
        """One request until it is answered; the place it was given is held only while it is under way."""
        trouble = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await limit.enter()
            response = None
            try:
                response, trouble, wait = await self._try(client, request)
            finally:  # a refusal, too, gives its place back
                limit.leave(good=response is not None)
            if response is not None:
                done.put((request, response))
                return
            limit.quiet(wait or 0.0)
            pause = wait if wait is not None else self.first_wait * 2**attempt
            if attempt < ATTEMPTS - 1:
                await asyncio.sleep(min(LONGEST_WAIT, pause) * random.uniform(1.0, 1.25))
        raise refusal.dead(self.place, ATTEMPTS, trouble)

    async def _try(self, client: AsyncOpenAI, request: Request) -> tuple[Response | None, str, float | None]:
        """One attempt: the answer, or what was wrong and for how many seconds the server wants peace."""
        import openai

        seconds = self.timeout + request.sampling.max_tokens / SLOWEST
        try:
            async with asyncio.timeout(seconds):  # of the whole answer: one that drips in never times out by itself
                body = await self._ask(client, request)
            response = read(body)
        except (TimeoutError, openai.APITimeoutError):
            return None, f"no answer within {seconds:.0f} s", None
        except openai.APIStatusError as error:
            status, wait = error.status_code, retry_after(error.response.headers.get("retry-after"))
            message = said(error.body, error.message)
            if finish := unanswered(status, error.body):  # of this request alone: stored as its answer, and dropped
                return Response(text="", finish=finish, prompt_tokens=0, completion_tokens=0), "", None
        except UnreadableError as error:
            return None, str(error), None
        except (openai.APIConnectionError, OSError):
            return None, "no connection, or one that broke off", None
        except (openai.APIError, ValueError):
            return None, "an answer that is no chat completion", None
        else:
            self.check(response.model)
            return response, "", None
        if status in (408, 409, 429) or status >= 500:
            return None, f"HTTP {status}", wait
        raise refusal.refused(self.place, status, message)  # not from the other error, which has the key

    async def _ask(self, client: AsyncOpenAI, request: Request) -> bytes:
        """The body of an answer, without response_format where the server has none."""
        import openai

        shaped = request.schema is not None and self.shapes is not False
        try:
            body = await _post(client, self._values(request, shaped=shaped))
        except openai.APIStatusError as error:
            status = error.status_code
            if not shaped or status not in UNSHAPED or unanswered(status, error.body):
                raise
            body = await _post(client, self._values(request, shaped=False))
            self.shapes = False  # the same without it was fine
            return body
        self.shapes = shaped or self.shapes
        return body

    def _values(self, request: Request, *, shaped: bool) -> dict[str, Any]:
        values, extra = parameters(request, self.place.served, shaped=shaped), self.extra
        return {**values, "extra_body": dict(extra(request))} if extra else values


async def _post(client: AsyncOpenAI, values: dict[str, Any]) -> bytes:
    """The bytes of an answer: the package builds an object of whatever it holds, right or wrong."""
    answer = await client.chat.completions.with_raw_response.create(**values)
    return bytes(answer.content)


def _run(loop: asyncio.AbstractEventLoop, work: asyncio.Task[None], done: queue.SimpleQueue[Done]) -> None:
    """The thread of a client; an error goes to the thread that waits for answers."""
    try:
        loop.run_until_complete(work)
    except BaseExceptionGroup as group:
        done.put(group.exceptions[0])
    except BaseException as error:
        done.put(error)
    else:
        done.put(None)
