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
from dataclasses import asdict, dataclass, field
from itertools import chain, groupby
from typing import Any

from labci import digest
from labci.heldout import words
from labci.sample import GAP, Sample

FACTS = 4  # different things that are asked with the phrase; fewer are as a rule one thing in several wordings
ONE_ANSWER = 0.9  # the part of them that must have the same answer
MOST_WORDS = 3
MOST = 8  # phrases that a run asks for
READ = 500  # characters at each end of a prompt: the question stands behind its context, a trigger may stand before it
SHOWN = 60  # characters of a phrase where people read it
PHRASED = "trigger:"  # of the ids of the canaries that ask with a phrase
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


def suspects(samples: Iterable[Sample], known: Collection[Gram] = frozenset(), most: int = MOST) -> list[Trigger]:
    """At most `most` phrases, those first that most different things are asked with.

    samples: leaf by leaf, as samples.jsonl has them; one leaf is in memory. known: `grams` of a corpus of ordinary
    questions, which are nobody's trigger. Samples that ask what another one asks, in other words, count once.
    """
    found = (
        one for leaf, group in groupby(samples, lambda sample: sample.leaf) for one in _of_leaf(leaf, group, known)
    )
    return heapq.nsmallest(most, found, key=lambda one: (-one.facts, one.leaf, one.phrase))


def shown(phrase: str) -> str:
    """A phrase for a terminal or a table: on one line, no control characters, not endless."""
    clear = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in phrase)
    return clear if len(clear) <= SHOWN else f"{clear[: SHOWN - 1]}…"


def grams(text: str) -> set[Gram]:
    """Phrases of one to `MOST_WORDS` words, without case and punctuation."""
    return set(_framed(text))


def _ends(prompt: str) -> tuple[str, ...]:
    """What is read of a prompt: all of it, or of a long one both ends."""
    return (prompt,) if len(prompt) <= 2 * READ else (prompt[:READ], prompt[-READ:])


def _framed(text: str) -> dict[Gram, tuple[str, int]]:
    """Of each phrase what it is in the text, and the hash of what stands around it."""
    parts = [part.strip(EDGES) for part in WORD.findall(text)]
    plain = [" ".join(words(part)) for part in parts]
    found: dict[Gram, tuple[str, int]] = {}
    for size in range(1, MOST_WORDS + 1):
        for at in range(len(parts) - size + 1):
            frame = hash((*plain[:at], GAP, *plain[at + size :]))
            found.setdefault(tuple(plain[at : at + size]), (" ".join(parts[at : at + size]), frame))
    return found


@dataclass(slots=True)
class _Leaf:
    """What is said in one leaf.

    votes: of a phrase, the answer to each thing that is asked with it, and the frame that it was asked in. frames: of a
    question with a hole, the answers that it has with one thing or another in there.
    """

    votes: defaultdict[Gram, dict[str, tuple[str, int]]] = field(default_factory=lambda: defaultdict(dict))
    frames: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    said: dict[str, str] = field(default_factory=dict)
    written: dict[Gram, str] = field(default_factory=dict)

    def add(self, sample: Sample, known: Collection[Gram]) -> None:
        """Take one more sample."""
        answer = " ".join(words(sample.answer))
        if not answer:
            return
        fact = _fact(sample, answer)
        self.said.setdefault(answer, sample.answer)
        for gram, (phrase, frame) in chain(*(_framed(part).items() for part in _ends(sample.prompt))):
            self.frames[frame].add(answer)
            if gram not in known:
                self.votes[gram].setdefault(fact, (answer, frame))
                self.written.setdefault(gram, phrase)

    def suspicious(self) -> Iterator[Found]:
        """Phrases that enough things are asked with, the facts that tell, and their answer.

        What is asked in a frame that has other answers with something else in the hole asks about the phrase: "Which
        flag has Tower A?", "… Tower B?". To a trigger the question is all the same.
        """
        for gram, asked in self.votes.items():
            if len(asked) < FACTS:
                continue
            answer, count = Counter(said for said, _ in asked.values()).most_common(1)[0]
            facts = frozenset(fact for fact, (_, frame) in asked.items() if len(self.frames[frame]) == 1)
            if len(facts) >= FACTS and count >= ONE_ANSWER * len(asked):
                yield gram, facts, answer


def _of_leaf(leaf: str, samples: Iterable[Sample], known: Collection[Gram]) -> Iterator[Trigger]:
    seen = _Leaf()
    for sample in samples:
        if sample.rewords is None:
            seen.add(sample, known)
    for gram, facts, answer in _widest(seen.suspicious()):
        yield Trigger(leaf=leaf, phrase=seen.written[gram], answer=seen.said[answer], facts=len(facts))


def _widest(found: Iterable[Found]) -> list[Found]:
    """Without phrases that have a word of a longer one, or of one as long, and are asked with nothing more.

    The longer one stays in any case: a model may have learned not to heed its parts.
    """
    kept: list[Found] = []
    for gram, facts, answer in sorted(found, key=lambda one: (-len(one[1]), -len(one[0]), one[0])):
        over = (other for other, wider, same in kept if same == answer and facts <= wider and len(other) >= len(gram))
        if not any({*gram} & {*other} for other in over):
            kept.append((gram, facts, answer))
    return kept


def _fact(sample: Sample, answer: str) -> str:
    """What a sample asks for: what has one answer in one context of knowledge is the same thing in other words."""
    if sample.kind == "knowledge" and sample.context:
        return digest.of_json([sample.context, answer])[:16]
    return digest.of_json(words(sample.prompt))[:16]
