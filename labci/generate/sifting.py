"""Second pass: from the stored answers to samples and rejects, leaf by leaf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from labci.blocks import Sift, sift
from labci.blocks.agreement import agreed_answers
from labci.blocks.best import in_order, keep_best
from labci.blocks.copying import drop_copies, usual
from labci.blocks.dedupe import drop_duplicates, drop_echoes, drop_leaks
from labci.blocks.gaps import ask_gaps
from labci.blocks.likelihood import judge
from labci.blocks.match import explained, keep_matching
from labci.blocks.naming import name_topic
from labci.blocks.parse import question_parser
from labci.blocks.parse import trouble as response_trouble
from labci.blocks.question import filter_questions, understandable
from labci.blocks.seeds import seed_samples
from labci.blocks.suits import filter_unsuited
from labci.blocks.variation import clean, trouble
from labci.blocks.wording import word_answers
from labci.documents import Document
from labci.errors import OutsideError
from labci.flows import skill
from labci.flows.knowledge import RULES, rule_samples
from labci.generate import asking
from labci.generate.judging import LeafJudge, explainer
from labci.generate.ledger import Ledger, stored
from labci.heldout import question_key
from labci.job import Job
from labci.models.specialist.conversations import prompt
from labci.request import Response
from labci.sample import Reject, Sample
from labci.seen import Seen
from labci.units import Unit
from labci.work import (
    MAX_WORDS,
    Work,
    candidates,
    example,
    held_questions,
    is_new,
    own_pairs,
    taught_before,
    taught_questions,
    units_of,
    variations,
    wanted,
)  # fmt: skip

Sifted = tuple[list[Sample], list[Reject]]


def sift_work(job: Job, work: Work, ledger: Ledger, judge: LeafJudge, tree: Seen[str]) -> None:
    """Sift one leaf into the ledger and the store."""
    documents: list[Document] = []
    entry = _entry(work, judge)
    everything = list(units_of(job, work, documents))
    new = [unit for unit in everything if is_new(job, work, unit)]
    seen, taught = Seen[str](), set(taught_before(job, work))
    for batch in asking.batches(new, asking.BATCH):
        samples, rejects = _sifted(job, work, batch, judge, (seen, tree))
        seeds = [s for unit in batch if unit.seed for s in seed_samples(work.leaf, unit.seed, job.released.taught)]
        kept = sorted([*seeds, *samples], key=_order)
        rejects.sort(key=lambda reject: _order(reject.sample))
        ledger.write(kept, rejects, entry)
        taught |= {question_key(sample.question) for sample in kept}
        _store(job, work, batch, kept, rejects)
    entry["units"] = len(new)
    entry["units_keys"] = [work.key(unit) for unit in everything]
    entry["documents"] = [{key: value for key, value in asdict(item).items() if key != "text"} for item in documents]
    entry["taught"] = sorted(taught)
    ledger.leaves.append(entry)


def _sifted(job: Job, work: Work, batch: list[Unit], judge: LeafJudge, seen: tuple[Seen[str], Seen[str]]) -> Sifted:
    """What a batch's answers come to. seen: what was kept before, of the leaf and of the run."""
    knowledge = work.leaf.kind == "knowledge"
    samples, rejects = (_knowledge if knowledge else _skill)(job, work, batch, judge)
    no_leaks = partial(drop_leaks, held=held_questions(job, work))
    kept, dropped = sift(word_answers(samples) if knowledge else samples, [
        no_leaks,
        partial(drop_echoes, questions=taught_questions(job, work) if knowledge else []),
        partial(drop_duplicates, leaf=seen[0], tree=seen[1]),
        partial(keep_best, each=wanted(job, work), per=_span_of),
    ])  # fmt: skip
    gaps = ask_gaps(kept, [*rejects, *dropped], teacher=RULES) if knowledge else ()
    gapped, leaking = sift(word_answers(gaps), [no_leaks])
    return [*kept, *gapped], [*rejects, *dropped, *leaking]


def _entry(work: Work, judge: LeafJudge) -> dict[str, Any]:
    calibration = judge.calibration.to_json() | {"pooled": judge.pooled} if judge.calibration else None
    return {
        "path": work.leaf.path, "kind": work.leaf.kind, "flow": f"{work.flow.name}@{work.flow.digest[:12]}",
        "teacher": work.teacher, "units": 0, "candidates": 0, "kept": 0, "seeds": 0, "rules": 0, "rejects": {},
        "calibration": calibration, "units_keys": [], "documents": [], "taught": [],
    }  # fmt: skip


def _knowledge(job: Job, work: Work, batch: list[Unit], judging: LeafJudge) -> Sifted:
    passed: list[Sample] = []
    ruled: list[Sample] = []
    rejects: list[Reject] = []
    topics: dict[str, str] = {}
    for unit in batch:
        found = list(candidates(job, work, unit))
        responses = _responses(job, (item.request.digest for item in found))
        names = (unit.chunk.title, unit.chunk.heading) if unit.chunk else ()
        filtering = partial(filter_questions, topic=unit.topic, known=names)
        naming = partial(name_topic, topic=unit.topic, names=names[0] if names else "", clear=_clear(unit.topic))
        steps = [question_parser(responses), naming, filtering, *_suiting(work, unit)]
        left, dropped = sift([item.sample for item in found], steps)
        rules, unfit = sift(rule_samples(unit, work.flow, leaf=work.leaf.path), [filtering])
        passed, ruled, rejects = passed + left, ruled + rules, rejects + dropped + unfit
        topics.update((sample.context or "", unit.topic) for sample in left)
    passed, unmatched = _matching(job, work, passed, topics)
    values = judging.values([(s.context or "", s.question, s.answer) for s in passed])
    samples, low = sift(passed, [partial(_judged, values=values, threshold=judging.threshold)])
    return [*in_order(samples, score="match" if topics else "grounding"), *ruled], rejects + unmatched + low


def _clear(topic: str) -> Callable[[Sample], bool]:
    """Whether a question says what it is about."""
    return lambda sample: understandable(sample.question, sample.context or "", topic)


def _suiting(work: Work, unit: Unit) -> list[Sift]:
    """A small teacher's questions are held close to their fact; a large one may put it in other words."""
    settings = work.flow.settings
    if "ground" not in settings:
        return []
    names = f"{unit.topic} {unit.chunk.title if unit.chunk else ''}"
    return [partial(filter_unsuited, topic=names, least=settings["ground"], most_new=int(settings["new_words"]))]


def _matching(job: Job, work: Work, samples: list[Sample], topics: dict[str, str]) -> Sifted:
    """What the specialist itself takes to be a question for its answer; all of it where it is not the teacher."""
    scorer = explainer(job, work)
    if scorer is None or not samples:
        return samples, []
    found = explained(scorer, lambda fact, answer: prompt(topics[fact], fact, answer), samples)
    scorer.close()
    least = work.flow.settings.get("match", 0.0)
    return sift(samples, [partial(_keep_matching, found=found, least=least)])


def _keep_matching(
    samples: Iterable[Sample], *, found: list[tuple[float, str]], least: float
) -> Iterator[Sample | Reject]:
    return keep_matching(list(samples), found, least=least)


def _judged(samples: Iterable[Sample], *, values: list[float], threshold: float | None) -> Iterator[Sample | Reject]:
    return judge(list(samples), values, threshold)


def _skill(job: Job, work: Work, batch: list[Unit], judging: LeafJudge) -> Sifted:
    ready: list[Sample] = []
    rejects: list[Reject] = []
    for unit in batch:
        for item in variations(job, work, unit):
            response = _responses(job, [item.request.digest])[item.request.digest]
            text = clean(response.text)
            reason, detail = response_trouble(response), ""
            if not reason:
                reason, detail = trouble(text, example(item), max_words=MAX_WORDS)
            sample = skill.varied(item, text)
            if reason:
                rejects.append(Reject(sample=sample, stage="vary", reason=reason, detail=detail))
            else:
                ready.append(skill.attempts(work.leaf, unit, work.flow, sample, model=work.model).sample)
    responses = _responses(job, (key for sample in ready for key in sample.requests))
    settings = work.flow.settings
    agreed, dropped = sift(ready, [
        agreed_answers(responses, least=settings["agreement"], first=1),
        partial(drop_copies, usual=usual(own_pairs(job, work), least=settings["copied"])),
    ])  # fmt: skip
    values = judging.values([(s.context or work.leaf.about, s.question, s.answer) for s in agreed])
    samples, low = sift(agreed, [partial(_judged, values=values, threshold=judging.threshold)])
    return in_order(samples, score="agreement"), [*rejects, *dropped, *low]


def _responses(job: Job, keys: Iterable[str]) -> dict[str, Response]:
    found: dict[str, Response] = {}
    for key in set(keys):
        entry = job.store.get("responses", key)
        if entry is None:
            raise OutsideError(
                f"the store has lost the answer to request {key[:12]}", hint="run the same command again"
            )
        found[key] = Response(**entry)
    return found


def _store(job: Job, work: Work, batch: list[Unit], samples: list[Sample], rejects: list[Reject]) -> None:
    kept, dropped = defaultdict(list), defaultdict(list)
    for sample in samples:
        kept[sample.unit].append(sample)
    for reject in rejects:
        dropped[reject.sample.unit].append(reject)
    for unit in batch:
        job.store.put("samples", work.key(unit), stored(kept[unit.digest], dropped[unit.digest]))


def _span_of(sample: Sample) -> tuple[str, str | None, str | None, bool]:
    """What a limit of samples counts: the questions of one answer span, and the one made by rule apart."""
    if sample.kind != "knowledge":
        return sample.unit, None, None, False
    return sample.unit, sample.context, sample.span, sample.teacher == RULES


def _order(sample: Sample) -> tuple[int, str, str, tuple[str, ...], str]:
    """By place in the document, then by content: the same order on every machine."""
    start = sample.document.start if sample.document else 1 << 60
    return start, sample.context or "", sample.answer, sample.requests, sample.id
