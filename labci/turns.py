"""Things of several groups in turn, so that a few of many have some of every group."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")
Group = Callable[[T], Hashable]


def in_turns(items: Iterable[T], *groups: Group[T]) -> list[T]:
    """All items, one of each group in turn, in the order in which they and the groups come.

    Of several functions each later one splits what the one before it has put together: of leaf and kind, each leaf has
    its turn, and each of its turns is another kind's.
    """
    if not groups:
        return list(items)
    first, *rest = groups
    found: dict[Hashable, list[T]] = {}
    for item in items:
        found.setdefault(first(item), []).append(item)
    queues = [in_turns(group, *rest) for group in found.values()]
    none = object()
    return [item for turn in zip_longest(*queues, fillvalue=none) for item in turn if item is not none]  # type: ignore[misc]


def spread(items: Iterable[T], most: int, *, group: Group[T], key: Callable[[T], str]) -> list[T]:
    """The first `most` of all items sorted by key, groups in turn, whatever their order. Reads them as a stream.

    In memory are at most `most` groups of as many items: of more groups only those with the smallest keys have a turn.
    """
    kept: dict[Hashable, list[tuple[str, int, T]]] = {}
    for number, item in enumerate(items):
        own = kept.setdefault(group(item), [])
        insort(own, (key(item), number, item), key=lambda entry: entry[:2])
        del own[most:]
        if len(kept) > most:
            del kept[max(kept, key=lambda name: kept[name][0][:2])]
    ordered = sorted((entry for own in kept.values() for entry in own), key=lambda entry: entry[:2])
    return in_turns([item for *_, item in ordered], group)[:most]


def alternating(
    batches: Iterable[Iterable[T]], *, group: Group[T], first: Callable[[Hashable], str], ahead: int
) -> Iterator[T]:
    """Items of a stream of batches: next is the group whose turn was longest ago, of new ones the smallest `first`.

    Batches are read when they are needed: when nothing waits, or nothing of the group that is due and fewer than
    `ahead` items of others. So a group that comes seldom, or no more, costs neither memory nor the reading of them all.
    """
    source = iter(batches)
    waiting: dict[Hashable, deque[T]] = {}
    turn: dict[Hashable, int] = {}
    number, more = 0, True

    def due(name: Hashable) -> tuple[int, str]:
        return turn.get(name, -1), first(name)

    while True:
        wanted = min(waiting, key=due, default=None)
        short = wanted is None or not waiting[wanted]
        if more and short and sum(map(len, waiting.values())) < ahead:
            batch = next(source, None)
            more = batch is not None
            for item in batch or ():
                waiting.setdefault(group(item), deque()).append(item)
            continue
        there = [name for name, items in waiting.items() if items]
        if not there:
            return
        now = min(there, key=due)
        turn[now] = number = number + 1
        yield waiting[now].popleft()
