"""Near-duplicates and leaks: the same words first, then MinHash over word trigrams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from labci import heldout
from labci.sample import Reject, Sample

PERMUTATIONS, BANDS = 128, 32  # a pair of Jaccard 0.8 is found with probability 1 - (1 - 0.8**4)**32 > 0.9999
NEAR = 0.8
SEED = 7


class Seen:
    """Questions met so far, with their tag (such as the answer or the leaf); about a kilobyte each."""

    def __init__(self) -> None:
        from rensa import RMinHashLSH

        self.exact: dict[str, str] = {}
        self.index = RMinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS, num_bands=BANDS)
        self.entries: list[tuple[Any, str]] = []

    def find(self, question: str) -> str | None:
        """The tag of a question that is nearly the same, or None."""
        if (tag := self.exact.get(heldout.question_key(question))) is not None:
            return tag
        own = _minhash(question)
        near = [key for key in self.index.query(own) if own.jaccard(self.entries[key][0]) >= NEAR]
        return self.entries[min(near)][1] if near else None

    def add(self, question: str, tag: str) -> None:
        """Remember a question."""
        own = _minhash(question)
        self.exact[heldout.question_key(question)] = tag
        self.index.insert(len(self.entries), own)
        self.entries.append((own, tag))


def drop_duplicates(samples: Iterable[Sample], *, leaf: Seen, tree: Seen) -> Iterator[Sample | Reject]:
    """Keep the first of near-equal questions: put the best first.

    leaf, tree: what was kept before, of this leaf (tag: the answer) and of the run (tag: the leaf).
    """
    for sample in samples:
        tag = leaf.find(sample.prompt)
        other = None if tag is not None else tree.find(sample.prompt)
        other = None if other == sample.leaf else other
        if tag is not None:
            detail = (
                "the same question and answer" if tag == sample.answer else f"the same question has the answer {tag!r}"
            )
            yield Reject(sample=sample, stage="dedupe", reason="duplicate-in-leaf", detail=detail)
        elif other is not None:
            yield Reject(sample=sample, stage="dedupe", reason="duplicate-in-tree", detail=f"of {other}")
        else:
            leaf.add(sample.prompt, sample.answer)
            tree.add(sample.prompt, sample.leaf)
            yield sample


def drop_leaks(samples: Iterable[Sample], *, held: Collection[str]) -> Iterator[Sample | Reject]:
    """Drop what repeats a held-out question. held: the questions."""
    for sample in samples:
        leak = heldout.leaks(sample.question, held)
        yield Reject(sample=sample, stage="leak", reason="leaks-heldout") if leak else sample


def drop_echoes(samples: Iterable[Sample], *, questions: Collection[str]) -> Iterator[Sample | Reject]:
    """Drop what repeats a question of the leaf's own seeds, which are samples already."""
    for sample in samples:
        echo = heldout.leaks(sample.question, questions)
        yield Reject(sample=sample, stage="echo", reason="echoes-seed") if echo else sample


def _minhash(text: str) -> Any:
    from rensa import RMinHash

    own = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    own.update([" ".join(gram) for gram in sorted(heldout.trigrams(text))])
    return own
