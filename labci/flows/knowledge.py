"""The knowledge flows: facts of a paragraph, answer spans of a fact, and the requests for their questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labci.blocks import Fact, Span, passage_of
from labci.blocks.clauses import clauses
from labci.blocks.spans import spans
from labci.blocks.topics import LEADING, referent, replace_pronoun
from labci.blocks.wh import questions
from labci.english.sentences import sentences
from labci.flows import Flow
from labci.request import Request
from labci.sample import Sample
from labci.units import Unit

RULES = "rules"  # the teacher of questions that are made by rule
MIN_WORDS = 4  # of a sentence that states a fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A request and the sample that its answer may become: all but the question is known before."""

    request: Request
    sample: Sample


def facts(unit: Unit) -> Iterator[Fact]:
    """What a unit's chunk says, clause by clause and self-contained; one whose subject can't be told is left as it is.

    A sentence of several clauses follows them, for what none of them says.
    """
    if unit.chunk is None:
        return
    before: list[str] = []
    for sentence, start, end in sentences(unit.chunk.text):
        whole = _named(sentence, before, unit.topic)
        said: list[str] = []
        for clause in clauses(whole):
            said.append(_named(clause, [*before, *said], unit.topic))
        before.append(whole)
        simple = said if said != [whole] else []
        for text in [*simple, whole]:
            if len(text.split()) >= MIN_WORDS:
                rest = tuple(simple) if text is whole else ()
                yield Fact(topic=unit.topic, text=text, start=start, end=end, said=rest)


def _named(sentence: str, before: list[str], topic: str) -> str:
    """The sentence with a leading pronoun replaced by what it stands for."""
    match = LEADING.match(sentence)
    return replace_pronoun(sentence, referent(match.group(), before, topic)) if match else sentence


def answers(unit: Unit, fact: Fact) -> list[Span]:
    """The answer spans of a fact."""
    title = unit.chunk.title if unit.chunk else ""
    found = spans(fact.text, topic=f"{unit.topic} {title}")
    return [span for span in found if not any(span.text in clause for clause in fact.said)]


def candidates(unit: Unit, flow: Flow, *, model: str, teacher: str, leaf: str, wanted: int) -> Iterator[Candidate]:
    """Every request of a unit, what shares a prefix together. wanted: samples to keep per span."""
    n = 0
    for fact in facts(unit):
        for span in answers(unit, fact):
            sample = _sample(unit, fact, span, flow, teacher=teacher, leaf=leaf)
            values = {"topic": fact.topic, "fact": fact.text, "answer": span.text}
            for sampling in flow.steps["ask"].samplings(wanted):
                request = flow.request("ask", sampling, model=model, unit=unit.digest, n=n, values=values)
                n += 1
                yield Candidate(request=request, sample=_asking(sample, request))


def rule_samples(unit: Unit, flow: Flow, *, leaf: str) -> Iterator[Sample]:
    """Questions made by rule, with no teacher."""
    title = unit.chunk.title if unit.chunk else ""
    for fact in facts(unit):
        for span in answers(unit, fact):
            for question in questions(fact, span, names=title):
                yield replace(_sample(unit, fact, span, flow, teacher=RULES, leaf=leaf), question=question)


def _sample(unit: Unit, fact: Fact, span: Span, flow: Flow, *, teacher: str, leaf: str) -> Sample:
    chunk = unit.chunk
    place = passage_of(unit.document, chunk) if unit.document and chunk else None
    return Sample(
        leaf=leaf,
        unit=unit.digest,
        kind="knowledge",
        phase="short",
        question="",
        answer=span.text,
        seed=unit.seed.digest if unit.seed else None,
        context=fact.text,
        document=place,
        span=span.text,
        teacher=teacher,
        flow=f"{flow.name}@{flow.digest[:12]}",
    )


def _asking(sample: Sample, request: Request) -> Sample:
    return replace(sample, requests=(request.digest,))
