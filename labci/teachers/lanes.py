"""Deals requests out to clients that answer one at a time, so that what shares a prefix meets in one slot.

A server of several slots keeps the last prompt of each. Neighbours that begin alike (the draws of one prompt, the
answers of one fact) are a *run*; a lane, which is one slot's client, takes a run and asks it one by one, so that the
slot computes the shared prefix once, while the other lanes keep the other slots full.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import islice
from math import ceil
from typing import Protocol

from labci.request import Request, Response
from labci.teachers import Teacher

WINDOW = 512  # requests in memory: memory stays flat over an endless iterator
DRAWS = 8  # of one prompt that one lane takes, however few requests are left
SHARED = 0.5  # share of a prompt's characters that it has in common with the one before it, in one run
Done = tuple[Request, Response] | BaseException | None


class Lane(Teacher, Protocol):
    """The client of one slot."""

    def abort(self) -> None:
        """End what `complete` does in other threads, at once: what is under way is nobody's any more."""
        ...


class Lanes:
    """Clients side by side, one a lane, each with one request under way. Satisfies `labci.teachers.Teacher`."""

    def __init__(self, clients: Sequence[Lane]) -> None:
        self.clients = clients

    @property
    def name(self) -> str:
        """The clients'; they ask the same model."""
        return self.clients[0].name

    @property
    def digest(self) -> str:
        """The clients'."""
        return self.clients[0].digest

    def complete(self, requests: Iterable[Request]) -> Generator[tuple[Request, Response], None, None]:
        """Answers as they arrive; see `labci.teachers.Teacher`. Stopping early abandons what is under way at once."""
        runs, done = Runs(requests, lanes=len(self.clients)), queue.SimpleQueue[Done]()
        threads = [
            threading.Thread(target=_work, args=(client.complete, runs, done), daemon=True) for client in self.clients
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in threads:
                while (item := done.get()) is not None:
                    if isinstance(item, BaseException):
                        raise item
                    yield item
        finally:
            runs.stop()
            for client in self.clients:
                client.abort()
            for thread in threads:
                thread.join()

    def close(self) -> None:
        """Close the clients."""
        for client in self.clients:
            client.close()


class Runs:
    """Hands out runs to lanes as these come to ask. Safe between threads."""

    def __init__(self, requests: Iterable[Request], *, lanes: int) -> None:
        self.rest, self.lanes = iter(requests), lanes
        self.window: deque[Request] = deque()
        self.lock = threading.Lock()
        self.stopped = False

    def lane(self) -> Iterator[Request]:
        """The requests of one lane, until there are none left or `stop` was called."""
        while run := self.take():
            for request in run:
                if self.stopped:
                    return
                yield request

    def take(self) -> list[Request]:
        """The next run, [] at the end.

        At most half of a lane's share of the window: towards the end runs get shorter, so that the lanes end
        together (guided self-scheduling, Polychronopoulos and Kuck 1987). The draws of one prompt stay together
        all the same, as long as there is something for each lane.
        """
        with self.lock:
            if self.stopped:
                return []
            self.window.extend(islice(self.rest, WINDOW - len(self.window)))
            left, run = len(self.window), list[Request]()
            most, draws = max(1, left // (2 * self.lanes)), DRAWS if left > self.lanes else 1
            while self.window and (not run or _belongs(self.window[0], run, most, draws)):
                run.append(self.window.popleft())
            return run

    def stop(self) -> None:
        """Hand out nothing more."""
        self.stopped = True


def alike(one: Request, other: Request) -> bool:
    """Whether the prompts of two requests begin with the same text, for half of the longer one or more."""
    left, right = _prompt(one), _prompt(other)
    least = ceil(SHARED * max(len(left), len(right)))
    return left[:least] == right[:least]


def _belongs(request: Request, run: Sequence[Request], most: int, draws: int) -> bool:
    if len(run) < most:
        return alike(run[-1], request)
    return len(run) < draws and run[-1].messages == request.messages


def _prompt(request: Request) -> str:
    return "\n".join(f"{message['role']}\n{message['content']}" for message in request.messages)


def _work(
    complete: Callable[[Iterable[Request]], Iterator[tuple[Request, Response]]],
    runs: Runs,
    done: queue.SimpleQueue[Done],
) -> None:
    try:
        for item in complete(runs.lane()):
            done.put(item)
            if runs.stopped:
                return
    except BaseException as error:  # handed to the caller's thread, which raises it
        done.put(error)
    else:
        done.put(None)
