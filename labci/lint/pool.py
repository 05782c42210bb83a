"""The same work on many places, on all cores, in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TypeVar

from labci.cores import usable_cores
from labci.errors import OutsideError
from labci.lint.checking import CheckedLeaf
from labci.lintfile import Place

FEW = 200  # up to so many leaves a second process would be ready too late
AT_ONCE = 32  # places that travel together
AHEAD = 4  # such parcels under way, for each process: memory stays flat however slow the reader is
Check = Callable[[Place], CheckedLeaf]
T = TypeVar("T")

_check: Check | None = None  # in a child: inherited, so that it may hold what can't be sent


def spread(check: Check, places: Iterable[Place]) -> Iterator[CheckedLeaf]:
    """`map(check, places)`, by as many processes as there are cores if there are many places."""
    rest = iter(places)
    first = list(islice(rest, FEW + 1))
    cores = usable_cores()
    if len(first) <= FEW or cores < 2 or not _may_fork():
        yield from map(check, chain(first, rest))
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_begin, initargs=(check,)) as pool:
        waiting: deque[Future[list[CheckedLeaf]]] = deque()
        try:
            for parcel in _parcels(chain(first, rest)):
                waiting.append(pool.submit(_check_all, parcel))
                if len(waiting) >= AHEAD * cores:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise OutsideError("a process of lint was killed", hint="run it again; is the memory enough?") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _may_fork() -> bool:
    """Forking is cheap and sends nothing, but safe only on Linux and beside no other thread."""
    return sys.platform == "linux" and threading.active_count() == 1


def _begin(check: Check) -> None:
    global _check
    _check = check
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check_all(places: list[Place]) -> list[CheckedLeaf]:
    assert _check is not None, "_begin has run"
    return [_check(place) for place in places]


def _parcels(items: Iterator[T]) -> Iterator[list[T]]:
    while parcel := list(islice(items, AT_ONCE)):
        yield parcel
