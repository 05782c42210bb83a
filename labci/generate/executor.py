"""Who drives the programs of flows: here one process and one teacher. A cluster engine may take its place.

A program (`labci.flows.Program`) yields what it asks and is sent the answers. What many programs ask goes to the
teacher together, so that its slots stay full, and in their order, so that what shares a prefix stays together.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from labci.ask import Answers, Ask, Result, Running, drive
from labci.errors import OutsideError
from labci.request import Request, Response
from labci.store import Store

WAVE = 400  # requests that go out together: the teacher idles only while the last of them end
Owner = TypeVar("Owner")
Complete = Callable[[Iterable[Request]], Iterable[tuple[Request, Response]]]


class Executor(Protocol):
    """Runs programs to their ends. `complete` answers requests in any order, such as a teacher behind the store."""

    def run(self, programs: Iterable[tuple[Owner, Running[Any]]], complete: Complete) -> Iterator[tuple[Owner, Any]]:
        """Each program's owner with its result, as programs end."""
        ...


@dataclass(slots=True, kw_only=True)
class _Open(Generic[Owner]):
    """A program that waits for the answers to `asks`, or has ended with `result`."""

    owner: Owner
    program: Running[Any]
    asks: list[Ask] = field(default_factory=list)
    ended: bool = False
    result: Any = None

    def go_on(self, answers: Answers | None) -> None:
        """Run to the next question that is one, or to the end."""
        try:
            self.asks = next(self.program) if answers is None else self.program.send(answers)
            while not self.asks:
                self.asks = self.program.send({})
        except StopIteration as end:
            self.ended, self.result = True, end.value


class Local:
    """Satisfies `Executor`: waves of about `WAVE` requests; memory holds what is asked in one of them."""

    def run(self, programs: Iterable[tuple[Owner, Running[Any]]], complete: Complete) -> Iterator[tuple[Owner, Any]]:
        """See `Executor`."""
        rest, waiting = iter(programs), list[_Open[Owner]]()
        while True:
            while sum(len(item.asks) for item in waiting) < WAVE and (new := next(rest, None)) is not None:
                opened = _Open(owner=new[0], program=new[1])
                opened.go_on(None)
                waiting += yield from _ended([opened])
            if not waiting:
                return
            answers = {item.digest: said for item, said in complete(ask.request for w in waiting for ask in w.asks)}
            for item in waiting:
                item.go_on({ask.request.digest: answers[ask.request.digest] for ask in item.asks})
            waiting = yield from _ended(waiting)


def _ended(waiting: list[_Open[Owner]]) -> Generator[tuple[Owner, Any], None, list[_Open[Owner]]]:
    """Yields what has ended; returns the others."""
    for item in waiting:
        if item.ended:
            yield item.owner, item.result
    return [item for item in waiting if not item.ended]


def replay(program: Running[Result], store: Store) -> Result:
    """A program's result from the store's answers alone."""
    return drive(program, lambda asks: {ask.request.digest: _stored(store, ask.request.digest) for ask in asks})


def _stored(store: Store, key: str) -> Response:
    found = Response.of_entry(store.get("responses", key))
    if found is None:
        raise OutsideError(f"the store has lost the answer to request {key[:12]}", hint="run the same command again")
    return found
