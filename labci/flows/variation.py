"""Skills with a small teacher: vary a seed, answer the variation after the seed's example, several times."""

from __future__ import annotations

from dataclasses import dataclass, replace

from labci.ask import ASSUMED, Ask
from labci.blocks import sift
from labci.blocks.agreement import agreed_answers
from labci.blocks.parse import trouble as response_trouble
from labci.blocks.variation import clean, trouble
from labci.flows import Asking, Made, Task
from labci.leaf import Pair, Seed
from labci.request import Response
from labci.sample import Reject, Sample

KINDS = {"freeform": (), "grounded": ()}
STEPS = ("vary", "answer")
MORE_STEPS: tuple[str, ...] = ()
OBJECTS: dict[str, tuple[str, ...]] = {}
SETTINGS = ("agreement", "copied")
MORE_SETTINGS = ("sure",)
SLOTS = ("task", "question", "answer", "context", "new")
MAX_WORDS = 200  # of a new question or context


@dataclass(frozen=True, slots=True, kw_only=True)
class _Varied:
    """A new question (freeform) or a new context (grounded), and the requests for its answers."""

    sample: Sample
    asks: tuple[Ask, ...]


def make(task: Task) -> Asking:
    """Asks for variations of the unit's seed, then for several answers to each that is of use."""
    seed = task.unit.seed
    if seed is None:
        return Made(samples=())
    example = _example(seed)
    asked = task.asks("vary", _values(task, seed), wanted=task.wanted, like=example)
    answers = yield asked
    varied, rejects = [], []
    for ask in asked:
        sample, reason, detail = _read(task, seed, ask, answers[ask.request.digest])
        if reason:
            rejects.append(Reject(sample=sample, stage="vary", reason=reason, detail=detail))
        else:
            varied.append(_attempts(task, seed, sample))
    answers = yield [ask for item in varied for ask in item.asks]
    kept, dropped = sift([item.sample for item in varied], [
        agreed_answers(answers, least=task.flow.settings["agreement"], first=1)
    ])  # fmt: skip
    return Made(samples=tuple(kept), rejects=(*rejects, *dropped))


def _read(task: Task, seed: Seed, ask: Ask, response: Response) -> tuple[Sample, str, str]:
    """The variation as a sample without its answer, and why it is of no use, if it isn't."""
    text = clean(response.text)
    sample = Sample(
        leaf=task.leaf.path, unit=task.unit.digest, kind=task.leaf.kind, phase="skill", question="", answer="",
        seed=seed.digest, teacher=task.teacher, flow=task.flow.label, requests=(ask.request.digest,),
    )  # fmt: skip
    grounded = task.leaf.kind == "grounded"
    sample = (
        replace(sample, question=seed.pairs[0].question, context=text) if grounded else replace(sample, question=text)
    )
    if response.finish == ASSUMED:
        return sample, "", ""
    reason = response_trouble(response)
    return (sample, reason, "") if reason else (sample, *trouble(text, _example(seed), max_words=MAX_WORDS))


def _attempts(task: Task, seed: Seed, sample: Sample) -> _Varied:
    """Requests for several answers to a variation, after the seed's own pair, the only example in the prompt."""
    new = sample.context if task.leaf.kind == "grounded" else sample.question
    values = {**_values(task, seed), "new": new or ""}
    asks = task.asks("answer", values, of=sample.requests[0], like=seed.pairs[0].answer)
    keys = (*sample.requests, *(ask.request.digest for ask in asks))
    return _Varied(sample=replace(sample, requests=keys), asks=tuple(asks))


def _values(task: Task, seed: Seed) -> dict[str, str]:
    pair: Pair = seed.pairs[0]
    return {
        "task": task.leaf.about, "question": pair.question, "answer": pair.answer, "context": seed.context or "",
    }  # fmt: skip


def _example(seed: Seed) -> str:
    """What a variation must differ from."""
    return seed.context or "" if seed.kind == "grounded" else seed.pairs[0].question
