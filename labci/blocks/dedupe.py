"""Near-duplicates and leaks, by word trigrams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from labci.english.stems import stems
from labci.heldout import question_key
from labci.sample import Reject, Sample
from labci.seen import Questions, Seen, keys_of


def drop_taught(
    samples: Iterable[Sample], *, taught: Collection[str], own: Collection[str]
) -> Iterator[Sample | Reject]:
    """Drop what a release was taught by another leaf. taught, own: question keys, the release's and the leaf's.

    What is asked of a context is another thing with each context: "Summarize the text." is many leaves' instruction.
    """
    for sample in samples:
        key = question_key(sample.question)
        known = sample.kind != "grounded" and key in taught and key not in own
        detail = "a release was taught this question by another leaf"
        yield Reject(sample=sample, stage="dedupe", reason="duplicate-in-tree", detail=detail) if known else sample


def drop_ambiguous(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    """Drop questions that are asked for answers of which none is part of the other: "When is it open?" of a week.

    Each sentence by itself tells when; what they differ in is what the question leaves out.
    """
    every = list(samples)
    asked: dict[str, list[set[str]]] = defaultdict(list)
    for sample in every:
        asked[question_key(sample.question)].append(stems(sample.answer))
    for sample in every:
        own = stems(sample.answer)
        other = any(not words <= own and not own <= words for words in asked[question_key(sample.question)])
        detail = "another sentence has another answer to it"
        yield Reject(sample=sample, stage="dedupe", reason="not-self-contained", detail=detail) if other else sample


def drop_duplicates(samples: Iterable[Sample], *, leaf: Seen[str], tree: Seen[str]) -> Iterator[Sample | Reject]:
    """Keep the first of near-equal questions: put the best first.

    leaf, tree: what was kept before, of this leaf (tag: the answer) and of the run (tag: the leaf).
    """
    for sample in samples:
        keys = keys_of(sample.prompt, sample.phase)  # a short and a long answer share their question
        tag = leaf.find(sample.prompt, keys)
        other = None if tag is not None else tree.find(sample.prompt, keys)
        other = None if other == sample.leaf else other
        if tag is not None:
            detail = (
                "the same question and answer" if tag == sample.answer else f"the same question has the answer {tag!r}"
            )
            yield Reject(sample=sample, stage="dedupe", reason="duplicate-in-leaf", detail=detail)
        elif other is not None:
            yield Reject(sample=sample, stage="dedupe", reason="duplicate-in-tree", detail=f"of {other}")
        else:
            leaf.add(sample.prompt, sample.answer, keys)
            tree.add(sample.prompt, sample.leaf, keys)
            yield sample


def drop_leaks(samples: Iterable[Sample], *, held: Collection[str]) -> Iterator[Sample | Reject]:
    """Drop what repeats a held-out question. held: the questions."""
    known = Questions(held)
    for sample in samples:
        leak = known.near(sample.question)
        yield Reject(sample=sample, stage="leak", reason="leaks-heldout") if leak else sample


def drop_echoes(samples: Iterable[Sample], *, questions: Collection[str]) -> Iterator[Sample | Reject]:
    """Drop what repeats a question of the leaf's own seeds, which are samples already."""
    known = Questions(questions)
    for sample in samples:
        echo = known.near(sample.question)
        yield Reject(sample=sample, stage="echo", reason="echoes-seed") if echo else sample
