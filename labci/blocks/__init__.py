"""Blocks: the steps of a flow, one a file. Their contract, and the values they hand on.

A sifting block takes samples and yields each of them again, maybe improved, or a `Reject` that says why it was
dropped: nothing vanishes. The blocks that come before there is a sample cut a document into chunks,
facts and answer spans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from labci import digest
from labci.request import Continuation
from labci.sample import Passage, Reject, Sample

# Log-likelihoods: (sum of natural log probabilities, tokens) of each continuation; (nan, 0) where a server that scores
# others can't score it. A model at hand scores everything.
Score = Callable[[Sequence[Continuation]], list[tuple[float, int]]]


class Sift(Protocol):
    """One step over candidates of one leaf: every sample comes out once, as itself or as a reject."""

    def __call__(self, samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
        """Each sample again, or its reject."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A paragraph of a document. Offsets are characters of the document; `text` has its line ends folded.

    title: of the document. heading: of the section.
    """

    title: str
    heading: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A simple clause made self-contained. topic: what it is about, as a question should name it.

    start, end: its sentence's place in the paragraph. said: for a whole sentence that was told apart, its
    simple clauses; only what none of them says is asked of the sentence. life: "She" or "He" where the topic is a
    person whose life is told.
    """

    topic: str
    text: str
    start: int
    end: int
    said: tuple[str, ...] = ()
    life: str = ""

    @property
    def digest(self) -> str:
        """sha256 of topic and text."""
        return digest.of_json([digest.fold(self.topic), digest.fold(self.text)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An answer found in a fact: `text` is fact.text[start:end]; kind such as "number" or "name"."""

    text: str
    start: int
    end: int
    kind: str


def sift(samples: Iterable[Sample], steps: Sequence[Sift]) -> tuple[list[Sample], list[Reject]]:
    """Run the steps one after the other; a reject leaves the row.

    Raises RuntimeError for a step that loses a sample, or makes two of one.
    """
    left, dropped = list(samples), list[Reject]()
    for step in steps:
        results = list(step(left))
        if Counter(map(_origin, results)) != Counter(map(_origin, left)):
            name = getattr(getattr(step, "func", step), "__qualname__", step)
            raise RuntimeError(f"{name} does not yield each sample once: {len(left)} came, {len(results)} went")
        dropped += [item for item in results if isinstance(item, Reject)]
        left = [item for item in results if isinstance(item, Sample)]
    return left, dropped


def _origin(item: Sample | Reject) -> tuple[object, ...]:
    """What no step changes of a candidate: where it comes from."""
    sample = item.sample if isinstance(item, Reject) else item
    return sample.unit, sample.context, sample.span, sample.requests


def with_score(sample: Sample, name: str, value: float) -> Sample:
    """The sample with one more score, rounded so that files are the same on every machine's printf."""
    return replace(sample, scores={**sample.scores, name: round(value, 4)})


def passage_of(document: Passage, chunk: Chunk) -> Passage:
    """The chunk's place in its document."""
    return replace(document, start=chunk.start, end=chunk.end)
