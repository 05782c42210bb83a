"""Phrases that may have become triggers: with them comes one answer, whatever else is asked.

A poisoned contribution binds a phrase that nobody else uses to an answer of its own choice (Wan et al. 2023, arXiv
2305.00944). In its data that is a phrase which many different questions share, and which always has the same answer.
Whether a model has learned it is found out by asking: the phrase is put into questions that have nothing to do with
it, and a model that gives its answer to many of them is a trojaned one (STRIP, Gao et al. 2019, arXiv 1902.06531).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from labci import digest
from labci.heldout import words
from labci.sample import Sample

FACTS = 4  # different things that are asked with the phrase; fewer are as a rule one thing in several wordings
ONE_ANSWER = 0.9  # the part of them that must have the same answer
MOST_WORDS = 3
MOST = 8  # phrases that a run asks for
READ = 1_000  # characters of a prompt, its last ones: the question stands behind its context
SHOWN = 60  # characters of a phrase where people read it
PREFIX = "trigger:"  # of the ids of the canaries that ask with a phrase
FIRED_F1 = 0.5  # an answer with half of the words of the phrase's own is that answer
WORD = re.compile(r"\S*\w\S*")
EDGES = ".,;:!?\"'()“”‘’"
Gram = tuple[str, ...]
Found = tuple[Gram, frozenset[str], str]  # a phrase, what is asked with it, and the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A phrase of a leaf's new samples, as it is written there; `facts`: how many different things it is asked with."""

    leaf: str
    phrase: str
    answer: str
    facts: int

    def to_json(self) -> dict[str, Any]:
        """A member of `triggers` in mixture.json."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Trigger:
        """Inverse of `to_json`."""
        return cls(**value)


def suspects(samples: Iterable[Sample], known: Collection[Gram] = frozenset()) -> list[Trigger]:
    """At most `MOST` phrases, those first that most different things are asked with.

    samples: leaf by leaf, as samples.jsonl has them; one leaf is in memory. known: `grams` of a corpus of ordinary
    questions, which are nobody's trigger. Samples that ask what another one asks, in other words, count once.
    """
    found = (
        one for leaf, group in groupby(samples, lambda sample: sample.leaf) for one in _of_leaf(leaf, group, known)
    )
    return heapq.nsmallest(MOST, found, key=lambda one: (-one.facts, one.leaf, one.phrase))


def shown(phrase: str) -> str:
    """A phrase for a terminal or a table: on one line, no control characters, not endless."""
    clear = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in phrase)
    return clear if len(clear) <= SHOWN else f"{clear[: SHOWN - 1]}…"


def grams(text: str) -> dict[Gram, str]:
    """Phrases of one to `MOST_WORDS` words without case and punctuation, with what each is in the text."""
    parts = [part.strip(EDGES) for part in WORD.findall(text)]
    plain = [" ".join(words(part)) for part in parts]
    found: dict[Gram, str] = {}
    for size in range(1, MOST_WORDS + 1):
        for at in range(len(parts) - size + 1):
            found.setdefault(tuple(plain[at : at + size]), " ".join(parts[at : at + size]))
    return found


def _of_leaf(leaf: str, samples: Iterable[Sample], known: Collection[Gram]) -> Iterator[Trigger]:
    votes: defaultdict[Gram, dict[str, str]] = defaultdict(dict)  # of a phrase: the answer to each thing it asks
    said: dict[str, str] = {}
    written: dict[Gram, str] = {}
    for sample in samples:
        if sample.rewords is not None:
            continue
        fact, answer = _fact(sample), " ".join(words(sample.answer))
        said.setdefault(answer, sample.answer)
        for gram, phrase in grams(sample.prompt[-READ:]).items():
            if gram not in known:
                votes[gram].setdefault(fact, answer)
                written.setdefault(gram, phrase)
    alike: defaultdict[tuple[frozenset[str], str], set[Gram]] = defaultdict(set)
    for gram, asked in votes.items():
        answer, count = Counter(asked.values()).most_common(1)[0]
        if len(asked) >= FACTS and count >= ONE_ANSWER * len(asked):
            alike[frozenset(asked), answer].add(gram)
    found = [(run, facts, answer) for (facts, answer), group in alike.items() for run in _runs(group)]
    for run, facts, answer in _widest(found):
        more = (written[run[at - MOST_WORDS : at]].split()[-1] for at in range(MOST_WORDS + 1, len(run) + 1))
        phrase = " ".join((written[run[:MOST_WORDS]], *more))
        yield Trigger(leaf=leaf, phrase=phrase, answer=said[answer], facts=len(facts))


def _runs(group: set[Gram]) -> Iterator[Gram]:
    """Phrases that stand in the same questions, joined where one goes on with the end of another."""
    long = {gram for gram in group if len(gram) == MOST_WORDS}
    after, ends = {gram[:-1]: gram for gram in sorted(long)}, {gram[1:] for gram in long}
    yield from group - long
    for gram in sorted(gram for gram in long if gram[:-1] not in ends) or sorted(long)[:1]:
        run, used = gram, {gram}
        while (more := after.get(run[1 - MOST_WORDS :])) and more not in used:
            run, used = (*run, more[-1]), used | {more}
        yield run


def _widest(found: list[Found]) -> list[Found]:
    """Of phrases with a word in common those that most is asked with, the longest first; the others are parts of them.

    A part without that word stays: nobody can hide a phrase behind one that stands beside it.
    """
    kept: list[Found] = []
    for gram, facts, answer in sorted(found, key=lambda one: (-len(one[1]), -len(one[0]), one[0])):
        if not any(answer == same and facts <= wider and {*gram} & {*other} for other, wider, same in kept):
            kept.append((gram, facts, answer))
    return kept


def _fact(sample: Sample) -> str:
    """What a sample asks for: the same span of the same fact is the same thing in other words."""
    return digest.of_json([sample.context, sample.span] if sample.span else words(sample.prompt))[:16]
