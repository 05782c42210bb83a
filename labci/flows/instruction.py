"""Skills as LAB has them, in four stages: write instructions, judge them, answer them, rate instruction and answer.

Source: Sudalairaj et al. 2024 (arXiv 2403.01081), section 3.1, Skills-SDG, with its 3-point rating (1 wrong or
incomplete, 2 correct but brief, 3 perfect). Grounded skills vary the seed's context first. Whether a task wants
exactness or imagination, which is how its answers are drawn, is the teacher's word, too.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labci.ask import ASSUMED, Answered, Answers, Ask, objects
from labci.blocks import with_score
from labci.blocks.parse import trouble as response_trouble
from labci.blocks.variation import clean, trouble
from labci.chattoken import unsafe
from labci.flows import Asking, Judging, Made, Row, Task
from labci.leaf import Seed
from labci.request import Response
from labci.sample import Reject, Sample

KINDS = {"freeform": (), "grounded": ("context",)}
STEPS = ("instructions", "fit", "precise", "rate")
SETTINGS = ("mark", "copied")
MORE_SETTINGS = ("sure",)
SLOTS = ("task", "context", "question", "given", "answer", "example", "count")
MAX_WORDS = 400  # of a new context or instruction
MOST = 5  # instructions of one request: of more the later ones repeat the earlier
HARMLESS = "harmless"  # of what "fit" says, taken on its word: what it calls harmful nobody answers
FIT = ("relevant", HARMLESS, "answerable")
JUDGES = ("fit", "rate")
MANNERS = ("precise", "creative")
MORE_STEPS = ("manner", "creative")
OBJECTS = {"instructions": ("instructions",), "fit": FIT, "rate": ("rating",)}

Found = tuple[list[Sample], list[Reject]]
Said = Mapping[str, Answered]  # by "fit", by the request that it was asked with last


def make(task: Task) -> Asking:
    """The four stages for one seed; the rating is a score of the sample."""
    seed = task.unit.seed
    if seed is None:
        return Made(samples=())
    manner, contexts, rejects = yield from _contexts(task, seed)
    written, dropped = yield from _instructions(task, seed, contexts)
    harmless, harmful, said = yield from _fitting(task, written)
    answered, unanswered = yield from _answered(task, harmless, manner)
    marks = yield from judge(task, "rate", [(s.context or "", s.question, s.answer) for s in answered])
    rated = [s if mark is None else with_score(s, "judge", mark) for s, mark in zip(answered, marks, strict=True)]
    fit, unfit = _passing(task, rated, said)
    return Made(samples=tuple(fit), rejects=(*rejects, *dropped, *harmful, *unanswered, *unfit))


def judge(task: Task, step: str, rows: Sequence[Row]) -> Judging:
    """The teacher's rating of each answer, 1 to 3, or whether each instruction is fit, 1 or 0; None: neither."""
    answered = yield from objects([_judged(task, step, row) for row in rows])
    return [None if item.value is None else _mark(step, item.value) for item in answered]


def _judged(task: Task, step: str, row: Row) -> Ask:
    source, question, answer = row
    more = {"answer": answer} if step == "rate" else {}
    return task.asks(step, _given(task, source, question) | more, like=_like(step))[0]


def _mark(step: str, value: Mapping[str, Any]) -> float:
    return float(value["rating"]) if step == "rate" else float(value["relevant"] and value["answerable"])


def _contexts(task: Task, seed: Seed) -> Generator[list[Ask], Answers, tuple[str, list[Sample], list[Reject]]]:
    """How the task is to be answered, and what instructions are written for: new contexts, or nothing but the task."""
    values = _given(task, seed.context or "", seed.pairs[0].question) | {"answer": seed.pairs[0].answer}
    asks = task.asks("manner", values, like='{"manner": "precise"}')[:1] if "manner" in task.flow.steps else []
    grounded = task.leaf.kind == "grounded"
    vary = task.asks("context", values, wanted=task.wanted, like=seed.context or "") if grounded else []
    answers = yield [*asks, *vary]
    found = [_context(task, seed, ask, answers[ask.request.digest]) for ask in vary]
    samples = [item for item in found if isinstance(item, Sample)] if grounded else [_sample(task, seed)]
    return _manner(asks, answers), samples, [item for item in found if isinstance(item, Reject)]


def _manner(asks: Sequence[Ask], answers: Answers) -> str:
    said = " ".join(answers[ask.request.digest].text for ask in asks)
    return "creative" if "creative" in said and "precise" not in said else "precise"


def _context(task: Task, seed: Seed, ask: Ask, response: Response) -> Sample | Reject:
    text = clean(response.text)
    sample = replace(_sample(task, seed), context=text, requests=(ask.request.digest,))
    if response.finish == ASSUMED:
        return sample
    reason, detail = response_trouble(response), ""
    if not reason:
        reason, detail = trouble(text, seed.context or "", max_words=MAX_WORDS)
    return Reject(sample=sample, stage="context", reason=reason, detail=detail) if reason else sample


def _instructions(task: Task, seed: Seed, places: Sequence[Sample]) -> Generator[list[Ask], Answers, Found]:
    """New instructions: one for each context, or as many as are wanted for the task."""
    grounded = task.leaf.kind == "grounded"
    counts = [1] * len(places) if grounded else _shares(task.wanted)
    pair = seed.pairs[0]
    asked: list[tuple[Ask, Sample]] = []
    for number, count in enumerate(counts):
        place = places[number] if grounded else places[0]
        values = _given(task, place.context or "", pair.question) | {"example": seed.context or "", "count": str(count)}
        of = place.requests[0] if place.requests else ""
        ask = task.asks("instructions", values, n=number, of=of, like=_like("instructions", count, pair.question))[0]
        asked.append((ask, place))
    answered = yield from objects([ask for ask, _ in asked])
    samples: list[Sample] = []
    rejects: list[Reject] = []
    for item, (_, place) in zip(answered, asked, strict=True):
        keys = (*place.requests, *item.keys)
        texts = item.value["instructions"] if item.value is not None else [""]
        for text in map(clean, texts):
            sample = replace(place, question=text, requests=keys)
            reason, detail = item.reason, item.detail
            if not reason and not item.assumed:
                reason, detail = _trouble(text, "" if grounded else pair.question)
            if reason:
                rejects.append(Reject(sample=sample, stage="instructions", reason=reason, detail=detail))
            else:
                samples.append(sample)
    return samples, rejects


def _trouble(text: str, example: str) -> tuple[str, str]:
    reason = unsafe(text)
    return (reason, "") if reason else trouble(text, example, max_words=MAX_WORDS)


def _fitting(
    task: Task, samples: Sequence[Sample]
) -> Generator[list[Ask], Answers, tuple[list[Sample], list[Reject], Said]]:
    """Those that the teacher does not call harmful, those that it does, and what it says of each.

    What it finds irrelevant, or not to be answered, goes on: its word counts where it is trusted (`_passing`), and who
    is trusted may change, while nothing is asked anew.
    """
    answered = yield from objects([_judged(task, "fit", (s.context or "", s.question, "")) for s in samples])
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample, item in zip(samples, answered, strict=True):
        sample = replace(sample, requests=(*sample.requests, *item.keys))
        if item.value is not None and not item.value[HARMLESS]:
            rejects.append(_unfit(sample, item))
        else:
            kept.append(sample)
    return kept, rejects, {item.keys[-1]: item for item in answered}


def _passing(task: Task, samples: Sequence[Sample], said: Said) -> Found:
    """What is relevant and can be answered by the teacher's word, where that is trusted."""
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample in samples:
        item = next(said[key] for key in sample.requests if key in said)
        fits = item.value is not None and _mark("fit", item.value)
        if fits or "fit" not in task.trusted:
            kept.append(sample)
        else:
            rejects.append(_unfit(sample, item))
    return kept, rejects


def _unfit(sample: Sample, said: Answered) -> Reject:
    if said.value is None:
        return Reject(sample=sample, stage="fit", reason=said.reason, detail=said.detail)
    failed = [name for name in FIT if not said.value[name]]
    return Reject(sample=sample, stage="fit", reason="judged-low", detail=f"not {' and not '.join(failed)}")


def _answered(task: Task, samples: Sequence[Sample], manner: str) -> Generator[list[Ask], Answers, Found]:
    step = manner if manner in task.flow.steps else MANNERS[0]
    like = task.unit.seed.pairs[0].answer if task.unit.seed else ""
    asks = [
        task.asks(step, _given(task, s.context or "", s.question), n=n, of=s.id, like=like)[0]
        for n, s in enumerate(samples)
    ]
    answers = yield asks
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample, ask in zip(samples, asks, strict=True):
        response = answers[ask.request.digest]
        full = replace(sample, answer=response.text.strip(), requests=(*sample.requests, ask.request.digest))
        reason = response_trouble(response) or ("" if full.answer else "unparsable")
        if reason:
            rejects.append(Reject(sample=full, stage="answer", reason=reason))
        else:
            kept.append(full)
    return kept, rejects


def _shares(total: int) -> list[int]:
    """`total` in parts of at most MOST, the earlier ones full."""
    return [min(MOST, total - start) for start in range(0, total, MOST)]


def _given(task: Task, context: str, question: str) -> dict[str, str]:
    """What prompts may show. given: the question below its context, as a user would send it."""
    given = f"{context}\n\n{question}" if context and task.leaf.kind == "grounded" else question
    return {"task": task.leaf.about, "context": context, "question": question, "given": given}


def _sample(task: Task, seed: Seed) -> Sample:
    return Sample(
        leaf=task.leaf.path, unit=task.unit.digest, kind=task.leaf.kind, phase="skill", question="", answer="",
        seed=seed.digest, teacher=task.teacher, flow=task.flow.label,
    )  # fmt: skip


def _like(step: str, count: int = 1, text: str = "") -> str:
    """About what a teacher answers, for a plan."""
    why = "It does what the task says, and in the way that was asked for."
    values: dict[str, Any] = {
        "instructions": {"instructions": [text] * count},
        "fit": {"why": why, "relevant": True, "harmless": True, "answerable": True},
        "rate": {"why": why, "rating": 3},
    }
    return json.dumps(values[step])
