"""Held-out items: which questions only the gate may see, and what counts as leaking one.

From each knowledge context the question with the smallest sha256(context, question) is held out
(docs/design.md, "Held-out items"); `heldout.yaml` adds more. A question that a release has already been
trained on is never held out later.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from labci import digest
from labci.leaf import Leaf, Pair, Seed

LEAK_JACCARD = 0.8
MIN_ITEMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One held-out item. `cluster` is the digest of its context; an item of a skill, or one without, is its own.

    wrong: answers to choose from beside the right one, where the item brings them: that of an outside suite.
    """

    id: str
    leaf: str
    cluster: str
    question: str
    answer: str
    context: str | None = None
    wrong: tuple[str, ...] = ()

    @property
    def prompt(self) -> str:
        """What a model is asked: a grounded item has its context above the question."""
        return f"{self.context}\n\n{self.question}" if self.context else self.question


def question_key(question: str) -> str:
    """Digest of a question's words, without case and punctuation: what "the same question" means."""
    return digest.of_json(words(question))


def held_out(leaf: Leaf, taught: Collection[str] = (), *, most: int | None = None) -> tuple[Item, ...]:
    """The held-out items of a leaf, in order. taught: question keys of the released lineage. most: to look for."""
    items: dict[str, Item] = {}
    for item in _items(leaf, taught):
        items[item.id] = item
        if len(items) == most:
            break
    return tuple(items.values())


def held_out_pair(seed: Seed, taught: Collection[str] = ()) -> Pair | None:
    """The pair of a knowledge context that is held out; None if all of its questions have been taught."""
    free = [pair for pair in seed.pairs if question_key(pair.question) not in taught]
    if seed.context is None or len(seed.pairs) < 2 or not free:
        return None
    context = digest.fold(seed.context)
    return min(free, key=lambda pair: digest.of_json([context, digest.fold(pair.question)]))


def training_pairs(leaf: Leaf, seed: Seed, taught: Collection[str] = ()) -> tuple[Pair, ...]:
    """The pairs of a seed that may be taught: all but the held-out one, and none that leaks an item."""
    held = held_out_pair(seed, taught) if leaf.kind == "knowledge" else None
    questions = [item.question for item in held_out(leaf, taught)]
    return tuple(pair for pair in seed.pairs if pair is not held and not leaks(pair.question, questions))


def _items(leaf: Leaf, taught: Collection[str]) -> Iterator[Item]:
    if leaf.kind == "knowledge":
        for seed in leaf.seeds:
            pair = held_out_pair(seed, taught)
            if pair is not None:
                yield _item(leaf, pair, _text_key(seed.context or ""), None)
    for pair, context in leaf.heldout:
        if question_key(pair.question) not in taught:
            own = digest.of_json([digest.fold(pair.question), digest.fold(context or "")])
            yield _item(leaf, pair, _text_key(context) if context and leaf.kind == "knowledge" else own, context)


def _text_key(context: str) -> str:
    return digest.of_json(digest.fold(context))


def _item(leaf: Leaf, pair: Pair, cluster: str, context: str | None) -> Item:
    # The path is not part of the id: a renamed leaf keeps its items and their cached scores.
    key = digest.of_json([digest.fold(pair.question), digest.fold(pair.answer), digest.fold(context or "")])
    return Item(
        id=key[:16], leaf=leaf.path, cluster=cluster[:16], question=pair.question, answer=pair.answer, context=context
    )


def words(text: str) -> list[str]:
    """Lower-case words of a text after NFC, punctuation dropped."""
    return re.findall(r"\w+", digest.fold(text).casefold())


def trigrams(text: str) -> frozenset[tuple[str, ...]]:
    """Word trigrams; a text of fewer than three words is one gram."""
    found = words(text)
    return frozenset(zip(found, found[1:], found[2:], strict=False)) or frozenset([tuple(found)])


def jaccard(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    """Size of the intersection over the size of the union; 0 for two empty sets."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def leaks(question: str, held: Collection[str]) -> bool:
    """Whether a question repeats a held-out one: the same words, or word-trigram Jaccard of 0.8 or more."""
    grams, own = trigrams(question), words(question)
    return any(own == words(other) or jaccard(grams, trigrams(other)) >= LEAK_JACCARD for other in held)
