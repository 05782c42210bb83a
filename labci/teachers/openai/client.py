"""Requests to a served model: as many at once as it takes, each repeated until it is answered."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from labci import digest
from labci.request import Continuation, Request, Response, Sampling, Scored, Unscored
from labci.teachers import Say, unheard
from labci.teachers.openai import refusal
from labci.teachers.openai.attempt import Trouble
from labci.teachers.openai.dialect import Dialect
from labci.teachers.openai.guard import MAX_BYTES, connect
from labci.teachers.openai.limit import Limit, Pace
from labci.teachers.openai.line import Line
from labci.teachers.openai.pulse import Pulse
from labci.teachers.openai.wire import TOO_LARGE, model_id, no_answer, parameters, read, unanswered

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from labci.teachers.openai.capability import Capabilities

FIRST_WAIT = 0.5  # seconds
TIMEOUT = 120.0  # seconds for one answer, waiting in the server's queue included …
SLOWEST = 4.0  # … and for writing it, tokens a second
WHY = {"length": "too long for the server", "content_filter": "the server's filter"}  # by what `unanswered` says
HELLO = Request(
    model="", messages=({"role": "user", "content": "Say hello."},), sampling=Sampling(max_tokens=16), seed=0, flow=""
)
Done = tuple[Request, Response] | BaseException | None
Work = tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]
Extra = Callable[[Request], Mapping[str, Any]]
Post = Callable[[Mapping[str, Any]], Awaitable[Any]]
Scorer = Callable[[Sequence[Continuation]], list[Scored] | None]


class Client:
    """One served model. jobs: concurrent requests, 0 to find out. Satisfies `labci.teachers.Teacher`.

    first_wait, timeout: seconds; max_bytes: of an answer. extra: what else a request's body is to say, for a server
    that knows more than OpenAI's. pulse: shared by all clients of one server. say: where a line for the user goes.
    An answer that another model gave than the first one's stops the run.
    """

    def __init__(
        self, *, url: str, key: str, served: str, jobs: int = 0, first_wait: float = FIRST_WAIT,
        timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES, extra: Extra | None = None, pulse: Pulse | None = None,
        say: Say = unheard,
    ) -> None:  # fmt: skip
        self.place = refusal.Place(url, key, served)
        self.first_wait, self.timeout, self.max_bytes = first_wait, timeout, max_bytes
        self.extra, self.say = extra, say
        self.pulse, self.pace = pulse or Pulse(), Pace(jobs)
        self.scorer: Scorer | None = None
        self.model = ""  # the id that the first answer names
        self.dialect = Dialect()  # what the server takes, as far as it is known
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

    def score(self, items: Sequence[Continuation]) -> list[Scored] | None:
        """See `labci.teachers.Scoring`; what `scorer` finds, None without one."""
        return self.scorer(items) if self.scorer else None

    @asynccontextmanager
    async def posting(self, unknown: Collection[int]) -> AsyncIterator[Post]:
        """How bodies of chat completions are sent, each repeated as any request is; for `scorer`.

        It gives an answer's JSON, and Unscored where the server answers one of the statuses `unknown`, or others but
        this.
        Raises OutsideError for a server that is dead or refuses.
        """
        async with self.connect() as connection:
            line = self._line(connection)

            async def post(values: Mapping[str, Any]) -> Any:
                await line.limit.enter()
                found = await line.reach(lambda: _json(connection, values, unknown), seconds=self.timeout)
                return Unscored(why=found.says) if isinstance(found, Trouble) else found

            yield post

    def check(self, model: object) -> None:
        """Told of the id that an answer names, if any; OutsideError where it isn't the first one's."""
        named = model_id(model)
        self.model = self.model or named
        if named and named != self.model:
            raise refusal.changed(self.place, self.model, named)

    def close(self) -> None:
        """Nothing runs between calls."""

    async def _all(self, requests: Iterator[Request], done: queue.SimpleQueue[Done]) -> None:
        async with (
            self.connect() as connection,
            asyncio.TaskGroup() as group,  # the first error ends all
        ):
            line = self._line(connection)
            for request in requests:
                await line.limit.enter()
                group.create_task(self._one(connection, line, request, done))
                await asyncio.sleep(0)

    def _line(self, connection: AsyncOpenAI) -> Line:
        return Line(
            place=self.place, limit=Limit(self.pace), pulse=self.pulse, first_wait=self.first_wait, say=self.say,
            knock=lambda: self._answer(connection, HELLO),
        )  # fmt: skip

    async def _one(self, connection: AsyncOpenAI, line: Line, request: Request, done: queue.SimpleQueue[Done]) -> None:
        """One request until it is answered, or given up while others are: then that is its answer."""
        seconds = self.timeout + request.sampling.max_tokens / SLOWEST
        found = await line.reach(lambda: self._answer(connection, request), seconds=seconds)
        done.put((request, no_answer("error") if isinstance(found, Trouble) else found))

    async def _answer(self, connection: AsyncOpenAI, request: Request) -> Response:
        """One attempt. A request that nobody will ever answer has an empty answer, and is dropped."""
        import openai

        try:
            body = await self._ask(connection, request)
        except openai.APIStatusError as error:
            if not (finish := unanswered(error.status_code, error.body)):
                raise
            return no_answer(finish)
        response = read(body)
        self.check(response.model)
        return response

    async def _ask(self, connection: AsyncOpenAI, request: Request) -> bytes:
        """The body of an answer, asked for as the server wants it: what it refuses is left out, and not sent again."""
        import openai

        spoken = self.dialect
        while True:
            shaped = request.schema is not None and spoken.shapes is not False
            values = self._values(request, shaped=shaped)
            try:
                body = await _post(connection, spoken.worded(values))
            except openai.APIStatusError as error:
                other = spoken.after(error.status_code, error.body, values, shaped=shaped)
                if other is None or unanswered(error.status_code, error.body):
                    raise
                spoken = other
            else:
                self._learn(spoken, shaped=shaped)
                return body

    def _learn(self, spoken: Dialect, *, shaped: bool) -> None:
        """Keep what was understood, and say once what the server does without."""
        known, self.dialect = self.dialect, self.dialect.learned(spoken, shaped=shaped)
        for name in self.dialect.dropped:
            if name not in known.refused:
                self.say(f"{self.place} takes no {name}: it is left out, so the server's own holds")
        for name, value in self.dialect.doubted.items():
            if name not in known.doubted:
                self.say(f"{self.place} takes no {name} of {value}: it is left out there, so the server's own holds")

    def _values(self, request: Request, *, shaped: bool) -> dict[str, Any]:
        values, extra = parameters(request, self.place.served, shaped=shaped), self.extra
        return {**values, "extra_body": dict(extra(request))} if extra else values


async def _post(connection: AsyncOpenAI, values: Mapping[str, Any]) -> bytes:
    """The bytes of an answer: the package builds an object of whatever it holds, right or wrong."""
    answer = await connection.chat.completions.with_raw_response.create(**values)
    return bytes(answer.content)


async def _json(connection: AsyncOpenAI, values: Mapping[str, Any], unknown: Collection[int]) -> Any:
    """What an answer says; ValueError for what is no JSON."""
    import openai

    try:
        return json.loads(await _post(connection, values))
    except openai.APIStatusError as error:
        finish = unanswered(error.status_code, error.body) or ("length" if error.status_code == TOO_LARGE else "")
        if finish or error.status_code in unknown:
            return Unscored(why=WHY.get(finish, f"HTTP {error.status_code}"), own=bool(finish))
        raise
    except RecursionError as error:
        raise ValueError("too deep") from error


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
