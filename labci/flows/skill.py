"""The skill flows: vary a seed, answer the variation after the seed's example, several times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labci.flows import Flow
from labci.leaf import Leaf, Pair
from labci.request import Request
from labci.sample import Sample
from labci.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A request for a new question (freeform) or a new context (grounded), after one pair of a seed."""

    request: Request
    pair: Pair
    context: str  # the seed's, empty for freeform skills
    sample: Sample  # without what the request is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The requests for several answers to one new question; they share everything but how they are drawn."""

    requests: tuple[Request, ...]
    sample: Sample


def variations(leaf: Leaf, unit: Unit, flow: Flow, *, model: str, teacher: str, wanted: int) -> Iterator[Variation]:
    """Requests for `wanted` variations of a seed. Its own pair is the only example in the prompt."""
    seed = unit.seed
    if seed is None:
        return
    pair = seed.pairs[0]
    values = {"task": leaf.about, "question": pair.question, "answer": pair.answer, "context": seed.context or ""}
    for n, sampling in enumerate(flow.steps["vary"].samplings(wanted)):
        request = flow.request("vary", sampling, model=model, unit=unit.digest, n=n, values=values)
        sample = Sample(
            leaf=leaf.path, unit=unit.digest, kind=leaf.kind, phase="skill", question="", answer="", seed=seed.digest,
            teacher=teacher, flow=f"{flow.name}@{flow.digest[:12]}", requests=(request.digest,),
        )  # fmt: skip
        yield Variation(request=request, pair=pair, context=seed.context or "", sample=sample)


def varied(variation: Variation, text: str) -> Sample:
    """The sample with its new question, or with its new context and the seed's question."""
    if variation.sample.kind == "grounded":
        return replace(variation.sample, question=variation.pair.question, context=text)
    return replace(variation.sample, question=text)


def attempts(leaf: Leaf, unit: Unit, flow: Flow, sample: Sample, *, model: str) -> Attempts:
    """Requests for several answers to a new question, after the seed's own example."""
    seed = unit.seed
    assert seed is not None, "skills have no other units"
    pair = seed.pairs[0]
    new = sample.context if sample.kind == "grounded" else sample.question
    values = {
        "task": leaf.about, "question": pair.question, "answer": pair.answer, "context": seed.context or "",
        "new": new or "",
    }  # fmt: skip
    requests = tuple(
        flow.request("answer", sampling, model=model, unit=sample.requests[0], n=n, values=values)
        for n, sampling in enumerate(flow.steps["answer"].samplings(1))
    )
    return Attempts(
        requests=requests, sample=replace(sample, requests=(*sample.requests, *(r.digest for r in requests)))
    )
