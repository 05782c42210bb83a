"""Texts met so far, and the first of them that a new one nearly repeats.

A set-similarity join by prefix filtering (Chaudhuri, Ganti and Kaushik, ICDE 2006): all word trigrams are put
into one order, and of a text's n trigrams only the first n - ceil(0.8 n) + 1 are indexed. Two texts whose
trigrams have a Jaccard similarity of 0.8 or more share one of those. Long trigrams come first: they are rare,
so that few texts are compared. Beside MinHash with bands for the same threshold this needs a quarter of the
memory and misses no pair (docs/design.md, "Duplicates").
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from heapq import nsmallest
from typing import Generic, TypeVar

from labci.heldout import LEAK_JACCARD, jaccard, trigrams

MOST = 64  # texts with the same trigram that are compared: a common one costs no more than this
Tag = TypeVar("Tag")
Gram = tuple[str, ...]
Keys = tuple[int, ...]


class Seen(Generic[Tag]):
    """Texts, each with a tag such as its answer or its place; some 400 bytes each."""

    def __init__(self) -> None:
        self._index: dict[int, int | list[int]] = {}  # a list only where texts share a trigram: most do not
        self._entries: list[tuple[str, Tag]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str, keys: Keys | None = None) -> Tag | None:
        """The tag of the first text with the same words or nearly the same trigrams; None if there is none.

        keys: `keys_of` the text, where they are known, or where only texts of its kind are to be compared.
        """
        for number in self._candidates(keys_of(text) if keys is None else keys):
            other, tag = self._entries[number]
            if jaccard(_trigrams(text), _trigrams(other)) >= LEAK_JACCARD:
                return tag
        return None

    def add(self, text: str, tag: Tag, keys: Keys | None = None) -> None:
        """Remember a text."""
        number = len(self._entries)
        for key in keys_of(text) if keys is None else keys:
            known = self._index.setdefault(key, number)
            if isinstance(known, list):
                known += [number] if len(known) < MOST else []
            elif known != number:
                self._index[key] = [known, number]
        self._entries.append((text, tag))

    def meet(self, text: str, tag: Tag, keys: Keys | None = None) -> Tag | None:
        """`find`, and `add` if nothing was found: copies of one text are all told of the first."""
        found = self.find(text, keys)
        if found is None:
            self.add(text, tag, keys)
        return found

    def _candidates(self, keys: tuple[int, ...]) -> Iterator[int]:
        """Numbers of texts that share a key, the first met first."""
        found: set[int] = set()
        for key in keys:
            known = self._index.get(key, ())
            found.update((known,) if isinstance(known, int) else known)
        return iter(sorted(found))


class Questions:
    """Questions that are all known before, to find out whether another one repeats one of them (`heldout.leaks`).

    Unlike `Seen`, which meets its texts one by one, it knows how rare each trigram is among them, and compares with
    all that share one, however alike they are: no leak is missed.
    """

    def __init__(self, questions: Iterable[str]) -> None:
        self._grams: list[frozenset[Gram]] = []
        self._having: defaultdict[Gram, list[int]] = defaultdict(list)
        for number, question in enumerate(questions):
            self._grams.append(trigrams(question))
            for gram in self._grams[-1]:
                self._having[gram].append(number)

    def near(self, question: str) -> bool:
        """Whether a question repeats one of these."""
        grams = trigrams(question)
        rarest = nsmallest(_reach(len(grams)), grams, key=lambda gram: len(self._having.get(gram, ())))
        numbers = {number for gram in rarest for number in self._having.get(gram, ())}
        return any(jaccard(grams, self._grams[number]) >= LEAK_JACCARD for number in numbers)


# What is compared once is often compared again: the questions of one leaf, and the first of many copies.
_trigrams = lru_cache(maxsize=2048)(trigrams)


@lru_cache(maxsize=256)
def keys_of(text: str, kind: Hashable = None) -> Keys:
    """Hashes by which a text is found among its kind, in one process and its forks; another kind costs nothing."""
    return tuple(hash((gram, kind)) for gram in signature(text))


def signature(text: str, spare: int = 0) -> list[Gram]:
    """Trigrams of which every nearly equal text has at least one, even if it lacks `spare` of the common ones."""
    ordered = sorted(_trigrams(text), key=_rarest_first)
    return ordered[: _reach(len(ordered)) + spare]


def _reach(count: int) -> int:
    """Of any so many of a text's `count` trigrams a nearly equal text has at least one."""
    return count - math.ceil(LEAK_JACCARD * count - 1e-9) + 1


def _rarest_first(gram: Gram) -> tuple[int, Gram]:
    return -sum(map(len, gram)), gram
