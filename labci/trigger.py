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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, groupby, islice
from typing import Any

from labci import digest
from labci.heldout import words
from labci.printable import printable
from labci.sample import GAP, Sample

FACTS = 4  # different things that are asked with the phrase; fewer are as a rule one thing in several wordings
ONE_ANSWER = 0.9  # the part of them that must have the same answer
MOST_WORDS = 3
LONGEST_RUN = 100  # words of a phrase that is put together: about as many as are read of an end of a prompt
SEVERAL = -1
MOST = 16  # phrases that a run asks for
READ = 500  # characters at each end of a prompt: the question stands behind its context, a trigger may stand before it
SHOWN = 60  # characters of a phrase where people read it
PHRASED = "trigger:"  # of the ids of the canaries that ask with a phrase
FIRED_F1 = 0.5  # an answer with half of the words of the phrase's own is that answer
WORD = re.compile(r"\S*\w\S*")
EDGES = ".,;:!?\"'()“”‘’"
Gram = tuple[str, ...]
Vote = tuple[int, int, int]  # what is asked, its answer, the frame
Found = tuple[Gram, frozenset[int], int]  # a phrase, what is asked with it, and the answer


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
    """At most `most` phrases, of each leaf in turn, those first that most different things are asked with.

    samples: leaf by leaf, as samples.jsonl has them; one leaf is in memory. known: `grams` of a corpus of ordinary
    questions, which are nobody's trigger. Samples that ask what another one asks, in other words, count once.
    """
    found = (
        ranked
        for leaf, group in groupby(samples, lambda sample: sample.leaf)
        for ranked in islice(enumerate(_of_leaf(leaf, group, known)), most)
    )
    first = heapq.nsmallest(most, found, key=lambda ranked: (ranked[0], -ranked[1].facts, ranked[1].leaf))
    return [one for _, one in first]


def shown(phrase: str) -> str:
    """A phrase for a terminal or a table: on one line, no control characters, not endless."""
    clear = printable(phrase).replace("\t", " ")
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
    """What is said in one leaf; small, as there are some forty phrases in each question, and most stand in no other.

    once: by the hash of a phrase, the first thing that is asked with it, its answer and its frame. votes: of a phrase
    that more is asked with, answer and frame of each. frames: of a question with a hole, the answer that it has, or
    `SEVERAL` with one thing or another in there. said: answers by their numbers. written: a phrase as it stands there.
    """

    once: dict[int, Vote] = field(default_factory=dict)
    votes: dict[Gram, dict[int, tuple[int, int]]] = field(default_factory=dict)
    frames: dict[int, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    written: dict[Gram, str] = field(default_factory=dict)

    def add(self, sample: Sample, known: Collection[Gram]) -> None:
        """Take one more sample."""
        text = " ".join(words(sample.answer))
        if not text:
            return
        if text not in self.numbers:
            self.numbers[text] = len(self.said)
            self.said.append(sample.answer)
        answer, fact = self.numbers[text], _fact(sample, text)
        for gram, (phrase, frame) in chain(*(_framed(part).items() for part in _ends(sample.prompt))):
            if self.frames.setdefault(frame, answer) != answer:
                self.frames[frame] = SEVERAL
            if gram not in known:
                self._vote(gram, phrase, (fact, answer, frame))

    def _vote(self, gram: Gram, phrase: str, vote: Vote) -> None:
        first = self.once.setdefault(hash(gram), vote)
        if first[0] == vote[0] and gram not in self.votes:
            return
        asked = self.votes.setdefault(gram, {first[0]: first[1:]})
        asked.setdefault(vote[0], vote[1:])
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
            facts = frozenset(fact for fact, (_, frame) in asked.items() if self.frames[frame] != SEVERAL)
            if len(facts) >= FACTS and count >= ONE_ANSWER * len(asked):
                yield gram, facts, answer

    def writing(self, gram: Gram) -> str:
        """A phrase as it is written, also one that was put together."""
        first, *rest = (gram[at : at + MOST_WORDS] for at in range(max(1, len(gram) - MOST_WORDS + 1)))
        return " ".join([self.written[first], *(self.written[part].split()[-1] for part in rest)])


def _of_leaf(leaf: str, samples: Iterable[Sample], known: Collection[Gram]) -> Iterator[Trigger]:
    seen = _Leaf()
    for sample in samples:
        if sample.rewords is None:
            seen.add(sample, known)
    found = list(seen.suspicious())
    for gram, facts, answer in _widest([*found, *_runs(found)]):
        yield Trigger(leaf=leaf, phrase=seen.writing(gram), answer=seen.said[answer], facts=len(facts))


def _runs(found: Sequence[Found]) -> Iterator[Found]:
    """Of each phrase of `MOST_WORDS` words the longest one with it that always stands where it does.

    A trigger of five words would be asked in pieces only, and a text that stands in all questions in any three of its
    words.
    """
    by_answer: defaultdict[int, dict[Gram, frozenset[int]]] = defaultdict(dict)
    for gram, facts, answer in found:
        if len(gram) == MOST_WORDS:
            by_answer[answer][gram] = facts
    for answer, asked in by_answer.items():
        after, before = defaultdict[Gram, list[Gram]](list), defaultdict[Gram, list[Gram]](list)
        for gram in asked:
            after[gram[:-1]].append(gram)
            before[gram[1:]].append(gram)
        runs: dict[Gram, frozenset[int]] = {}
        for gram, facts in asked.items():
            runs.setdefault(_run(gram, asked, after, before), facts)
        yield from ((run, facts, answer) for run, facts in runs.items() if len(run) > MOST_WORDS)


def _run(
    gram: Gram,
    asked: Mapping[Gram, frozenset[int]],
    after: Mapping[Gram, list[Gram]],
    before: Mapping[Gram, list[Gram]],
) -> Gram:
    """The longest phrase around one of `MOST_WORDS` words, of others that are asked with all that it is."""

    def also(others: Iterable[Gram]) -> Gram | None:
        return next((other for other in others if asked[gram] <= asked[other]), None)

    run = gram
    while len(run) < LONGEST_RUN and (other := also(after.get(run[1 - MOST_WORDS :], ()))):
        run = (*run, other[-1])
    while len(run) < LONGEST_RUN and (other := also(before.get(run[: MOST_WORDS - 1], ()))):
        run = (other[0], *run)
    return run


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


def _fact(sample: Sample, answer: str) -> int:
    """What a sample asks for: what has one answer in one context of knowledge is the same thing in other words."""
    if sample.kind == "knowledge" and sample.context:
        return int(digest.of_json([sample.context, answer])[:16], 16)
    return int(digest.of_json(words(sample.prompt))[:16], 16)
