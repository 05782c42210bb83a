"""Knowledge as LAB has it: questions and answers from a chunk and from views of it, judged by their own teacher.

Source: Sudalairaj et al. 2024 (arXiv 2403.01081), section 3.2, Knowledge-SDG. The document comes first in every prompt
that has it, so that a server with a prefix cache reads it once for a chunk. Beyond it, each question is asked once more
in other words: a student answers wordings that it has not read half as often where it has read one (docs/training.md).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from labci.ask import Answered, Answers, Ask, objects
from labci.blocks import passage_of, with_score
from labci.blocks.parse import trouble
from labci.blocks.question import contains, unknown_names
from labci.chattoken import unsafe
from labci.english.lexicon import tokens
from labci.flows import Asking, Judging, Made, Row, Task
from labci.heldout import words
from labci.sample import Phase, Reject, Sample

KINDS = {"knowledge": ()}
STEPS = ("pairs", "faithful")
SETTINGS = ("mark",)
MORE_SETTINGS = ("chunk", "style")
SLOTS = ("topic", "domain", "heading", "document", "question", "answer", "style", "count")
VIEWS = ("facts", "summary")
DROPPING = {"alone": "not-self-contained", "relevant": "judged-low"}  # step: reason
JUDGES = (*DROPPING, "faithful")  # the last one marks, and drops nothing here
MORE_STEPS = (*VIEWS, *DROPPING)
OBJECTS = {"pairs": ("pairs",), **dict.fromkeys(JUDGES, ("verdict",))}
NO, YES = 0.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question with a short and a long answer. requests: what it came from. assumed: a stand-in, of a plan.

    rewords: the question that this one asks in other words.
    """

    question: str
    short: str
    long: str
    requests: tuple[str, ...]
    assumed: bool = False
    rewords: str | None = None


Pairs = tuple[list[Pair], list[Reject]]


def make(task: Task) -> Asking:
    """Views, pairs of each, cheap filters, then all judges of each pair; the last one's mark is a score."""
    if task.unit.chunk is None:
        return Made(samples=())
    views = yield from _views(task)
    pairs, rejects = yield from _pairs(task, views)
    said = yield from _judged(task, pairs)
    kept, dropped = _passing(task, pairs, said)
    samples = [
        with_score(sample, "judge", mark) if mark is not None else sample
        for item, mark in kept
        for sample in _samples(task, item)
    ]
    return Made(samples=tuple(samples), rejects=(*rejects, *dropped))


def judge(task: Task, step: str, rows: Sequence[Row]) -> Judging:
    """Whether a judge says yes to each row: 1 or 0, None where it says neither."""
    answered = yield from objects([_asked(task, step, row) for row in rows])
    return [_verdict(item) for item in answered]


def _asked(task: Task, step: str, row: Row) -> Ask:
    return task.asks(step, _given(task, *row), like=_like(step))[0]


def _views(task: Task) -> Generator[list[Ask], Answers, list[tuple[str, tuple[str, ...]]]]:
    """The chunk itself and what the teacher makes of it: (text, requests)."""
    source = _source(task)
    asks = {step: task.asks(step, _given(task, source))[0] for step in VIEWS if step in task.flow.steps}
    asks = {step: replace(ask, like=source) for step, ask in asks.items()}
    answers = yield list(asks.values())
    found: list[tuple[str, tuple[str, ...]]] = [(source, ())]
    for ask in asks.values():
        response = answers[ask.request.digest]
        text = response.text.strip()
        if text and not trouble(response):
            found.append((text, (ask.request.digest,)))
    return found


def _pairs(task: Task, views: Sequence[tuple[str, tuple[str, ...]]]) -> Generator[list[Ask], Answers, Pairs]:
    """What the teacher writes from each view; a view of the chunk may be wrong, so the chunk is judged against."""
    asked: list[tuple[Ask, tuple[str, ...]]] = []
    for text, keys in views:
        values = _given(task, text) | {"style": _style(task), "count": str(task.wanted)}
        asked += [(ask, keys) for ask in task.asks("pairs", values, like=_like("pairs", task.wanted))]
    answered = yield from objects([ask for ask, _ in asked])
    pairs: list[Pair] = []
    rejects: list[Reject] = []
    for item, (_, keys) in zip(answered, asked, strict=True):
        keys = (*keys, *item.keys)
        if item.value is None:
            rejects.append(_reject(task, _pair({}, keys), "parse", item.reason, item.detail))
            continue
        written = [pair for value in item.value["pairs"] for pair in _both_ways(_pair(value, keys), value)]
        for number, pair in enumerate(written):
            if item.assumed:
                pair = replace(pair, question=f"{pair.question} {number}", assumed=True)
            reason, detail = ("", "") if item.assumed else _trouble(task, pair, pairs)
            if reason:
                rejects.append(_reject(task, pair, "question", reason, detail))
            else:
                pairs.append(pair)
    return pairs, rejects


def _trouble(task: Task, pair: Pair, before: Sequence[Pair]) -> tuple[str, str]:
    """Reason and detail why a pair is not worth a judge, or two empty strings."""
    if reason := unsafe(f"{pair.question}\n{pair.short}\n{pair.long}"):
        return reason, ""
    if not pair.question.endswith("?") or not (pair.short or pair.long):
        return "unparsable", "not a question with an answer"
    if pair.short and contains(pair.question, pair.short):
        return "not-grounded", "gives its answer away"
    asked = [word for word, _, _ in tokens(pair.question)]
    if strange := unknown_names(asked, f"{_heading(task)} {_source(task)} {task.unit.topic}", first=False):
        return "not-grounded", f"names {strange[0]!r}, which the document does not"
    same = any(words(pair.question) == words(other.question) for other in before)
    return ("duplicate-in-leaf", "the same question of another view") if same else ("", "")


def _judged(task: Task, pairs: Sequence[Pair]) -> Generator[list[Ask], Answers, dict[str, list[Answered]]]:
    """What each judge says of each pair, whatever the others say: who is trusted may change, and asks nothing anew."""
    steps = [step for step in JUDGES if step in task.flow.steps]
    asks = {step: [_asked(task, step, _row(task, step, item)) for item in pairs] for step in steps}
    answered = iter((yield from objects([ask for each in asks.values() for ask in each])))
    return {step: list(islice(answered, len(each))) for step, each in asks.items()}


def _row(task: Task, step: str, item: Pair) -> Row:
    return (_source(task), item.question, _both(item)) if step == "faithful" else ("", item.question, _full(item))


def _passing(
    task: Task, pairs: Sequence[Pair], said: Mapping[str, Sequence[Answered]]
) -> tuple[list[tuple[Pair, float | None]], list[Reject]]:
    """The pairs that no trusted judge says no to, each with its mark, and the others."""
    kept: list[tuple[Pair, float | None]] = []
    rejects: list[Reject] = []
    for number, item in enumerate(pairs):
        words = {step: found[number] for step, found in said.items()}
        keys = [key for step in DROPPING if step in words for key in words[step].keys]
        judged = replace(item, requests=(*item.requests, *keys))
        against = [step for step in DROPPING if step in words and step in task.trusted and _verdict(words[step]) != YES]
        if against:
            rejects.append(_against(task, judged, against[0], words[against[0]]))
        else:
            kept.append((judged, _verdict(words["faithful"])))
    return kept, rejects


def _against(task: Task, item: Pair, step: str, said: Answered) -> Reject:
    """The reject of a pair that a judge says no to, or nothing that can be read."""
    if said.value is None:
        return _reject(task, item, step, said.reason, said.detail)
    return _reject(task, item, step, DROPPING[step], str(said.value.get("why", ""))[:200])


def _verdict(item: Answered) -> float | None:
    if item.value is None:
        return None
    return YES if item.value["verdict"] == "yes" else NO


def _heading(task: Task) -> str:
    chunk = task.unit.chunk
    return " / ".join(filter(None, (chunk.title, chunk.heading))) if chunk else ""


def _given(task: Task, source: str, question: str = "", answer: str = "") -> dict[str, str]:
    return {
        "topic": task.unit.topic, "domain": task.leaf.about, "heading": _heading(task), "document": source,
        "question": question, "answer": answer,
    }  # fmt: skip


def _source(task: Task) -> str:
    return task.unit.chunk.text if task.unit.chunk else ""


def _style(task: Task) -> str:
    """Pairs of one of the leaf's seeds, which is part of the unit's digest."""
    pairs = task.unit.style
    return "\n".join(f"Question: {pair.question}\nAnswer: {pair.answer}" for pair in pairs)


def _like(step: str, count: int = 1) -> str:
    """About what a teacher answers, for a plan."""
    why = "The text says so in its second sentence, in other words."
    pair = {"question": "Which of the two parts is it that the text names first?", "short": "the first of them",
            "long": "It is the first of them, as the text says in its second sentence.",
            "again": "Of the two parts, which has the text put before the other?"}  # fmt: skip
    value: dict[str, Any] = {"pairs": [pair] * count} if step == "pairs" else {"why": why, "verdict": "yes"}
    return json.dumps(value)


def _pair(value: dict[str, Any], keys: tuple[str, ...]) -> Pair:
    question, short, long = (" ".join(str(value.get(name, "")).split()) for name in ("question", "short", "long"))
    return Pair(question=question, short=short, long=long, requests=keys)


def _both_ways(pair: Pair, value: dict[str, Any]) -> list[Pair]:
    """The pair, and where its question came in other words too, that with the short answer, if there is one."""
    again = " ".join(str(value.get("again", "")).split())
    long = "" if pair.short else pair.long
    return [pair, replace(pair, question=again, long=long, rewords=pair.question)] if again else [pair]


def _full(item: Pair) -> str:
    return item.long or item.short


def _both(item: Pair) -> str:
    return " ".join(filter(None, (item.short, item.long)))


def _samples(task: Task, item: Pair) -> list[Sample]:
    """The short answer for the first phase of knowledge, the long one for the second."""
    forms: list[tuple[Phase, str]] = [("short", item.short), ("long", item.long)]
    return [_sample(task, item, phase, answer) for phase, answer in forms if answer]


def _sample(task: Task, item: Pair, phase: Phase, answer: str) -> Sample:
    unit = task.unit
    source = _source(task)
    return Sample(
        leaf=task.leaf.path, unit=unit.digest, kind="knowledge", phase=phase, question=item.question, answer=answer,
        seed=unit.seed.digest if unit.seed else None, context=source,
        document=passage_of(unit.document, unit.chunk) if unit.document and unit.chunk else None,
        span=answer if answer in source else None, teacher=task.teacher, flow=task.flow.label, requests=item.requests,
        rewords=item.rewords,
    )  # fmt: skip


def _reject(task: Task, item: Pair, stage: str, reason: str, detail: str) -> Reject:
    sample = _sample(task, item, "short", item.short or item.long)
    return Reject(sample=sample, stage=stage, reason=reason, detail=detail)
