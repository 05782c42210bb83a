"""Second pass: from the stored answers to samples and rejects, leaf by leaf."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

from labci.blocks import Sift, sift
from labci.blocks.best import in_order, keep_best, keep_wordings
from labci.blocks.copying import drop_copies, usual
from labci.blocks.dedupe import drop_duplicates, drop_echoes, drop_leaks, drop_taught
from labci.blocks.gaps import ask_gaps
from labci.blocks.injected import drop_injected, drop_unsafe, prompt_of
from labci.blocks.long import long_answers
from labci.blocks.parse import drop_special
from labci.blocks.seeds import seed_samples
from labci.blocks.wording import word_answers
from labci.documents import Document
from labci.flows import program
from labci.flows.answer_first import RULES, rule_samples
from labci.generate.asking import BATCH, Asked, batches
from labci.generate.executor import replay
from labci.generate.explaining import Explaining
from labci.generate.judging import Judge, LeafJudge
from labci.generate.ledger import Ledger
from labci.heldout import question_key
from labci.job import Job
from labci.sample import Reject, Sample
from labci.seen import Seen
from labci.units import Unit
from labci.work import (
    Work,
    held_questions,
    is_new,
    own_pairs,
    task_of,
    taught_before,
    taught_questions,
    units_of,
    wanted,
)  # fmt: skip

ANSWER_FIRST = "answer-first"
Sifted = tuple[list[Sample], list[Reject]]


def sift_work(job: Job, work: Work, ledger: Ledger, judge: Judge, asked: Asked, tree: Seen[str]) -> None:
    """Sift one leaf into the ledger and the store."""
    documents: list[Document] = []
    of_leaf = judge.of(work)
    entry, keys = ledger.entry(work, of_leaf.to_json(), asked.counts), list[str]()
    taught = set(taught_before(job, work))
    steps = _Steps.of(job, work, frozenset(taught), tree)
    explaining = Explaining(judge.explainer if work.flow.role == "specialist" else None, work.flow.settings)
    for batch in batches(_noted(units_of(job, work, documents, placed=True), work, keys), BATCH):
        new = [unit for unit in batch if is_new(job, work, unit)]
        samples, rejects = _sifted(job, work, new, (of_leaf, explaining), steps)
        seeds, unsafe = sift(_own(job, work, new), [drop_unsafe])
        kept, rejects = sorted([*seeds, *samples], key=_order), [*rejects, *unsafe]
        rejects.sort(key=lambda reject: _order(reject.sample))
        ledger.write(*_cited(kept, rejects, new), entry)
        taught |= {question_key(sample.question) for sample in kept}
        entry["units"] += len(new)
        ledger.store({unit.digest: work.key(unit) for unit in new}, kept, rejects, job.store)
    entry["reading"] = explaining.calibration.to_json() if explaining.calibration else None
    entry["units_keys"] = keys
    entry["documents"] = [{key: value for key, value in asdict(item).items() if key != "text"} for item in documents]
    entry["taught"] = sorted(taught)
    ledger.close(entry)


def _cited(samples: Iterable[Sample], rejects: Iterable[Reject], units: Iterable[Unit]) -> Sifted:
    """The rows with the seed whose context their passage lies in: like the leaf's path, nothing that the store keeps.

    A changed seed has another digest, and leaves that share a document have other seeds.
    """
    seeds = {unit.digest: unit.within for unit in units if unit.within}

    def cited(sample: Sample) -> Sample:
        return replace(sample, seed=seeds[sample.unit]) if sample.unit in seeds else sample

    return [cited(sample) for sample in samples], [replace(item, sample=cited(item.sample)) for item in rejects]


def _noted(units: Iterable[Unit], work: Work, keys: list[str]) -> Iterator[Unit]:
    """The units, with a note of their keys."""
    for unit in units:
        keys.append(work.key(unit))
        yield unit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """The cheap filters of all samples of a leaf. safe: those that its gaps and long answers pass, too."""

    safe: Sequence[Sift]
    rest: Sequence[Sift]

    @classmethod
    def of(cls, job: Job, work: Work, own: frozenset[str], tree: Seen[str]) -> _Steps:
        """own: keys of what was taught of the leaf. tree: what was kept before, of the run."""
        said = partial(
            drop_injected, prompt=prompt_of(work.flow.texts), own=own_text(job, work),
            facts=work.flow.program == ANSWER_FIRST,
        )  # fmt: skip
        echoes = taught_questions(job, work) if work.leaf.kind == "knowledge" else []
        rest: list[Sift] = [
            partial(drop_echoes, questions=echoes),
            partial(drop_taught, taught=job.released.taught, own=own),
            partial(drop_duplicates, leaf=Seen[str](), tree=tree),
            partial(keep_wordings, per=_wordings_of),
            partial(keep_best, each=wanted(job, work), per=_group_of),
        ]
        return cls(safe=[drop_special, said, partial(drop_leaks, held=held_questions(job, work))], rest=rest)


def _sifted(job: Job, work: Work, batch: list[Unit], judges: tuple[LeafJudge, Explaining], steps: _Steps) -> Sifted:
    """What a batch's answers come to."""
    samples, rejects = _made(job, work, batch, *judges)
    answer_first = work.flow.program == ANSWER_FIRST
    kept, dropped = sift(word_answers(samples) if answer_first else samples, [*steps.safe, *steps.rest])
    topics = {unit.digest: unit.topic for unit in batch}
    gaps = ask_gaps(kept, [*rejects, *dropped], teacher=RULES, topics=topics) if answer_first else ()
    gapped, leaking = sift(word_answers(gaps), steps.safe)
    long, unsafe = sift(long_answers(kept, teacher=RULES) if work.flow.settings.get("long") else (), steps.safe)
    return [*kept, *gapped, *long], [*rejects, *dropped, *leaking, *unsafe]


def _made(job: Job, work: Work, batch: list[Unit], judge: LeafJudge, explaining: Explaining) -> Sifted:
    """The candidates of a batch after the flow's own filters and the judges: those made by rule, then the best."""
    made: list[Sample] = []
    ruled: list[Sample] = []
    rejects: list[Reject] = []
    topics: dict[str, str] = {}
    for unit in batch:
        task = replace(task_of(job, work, unit), trusted=judge.trusted)
        found = replay(program(work.flow).make(task), job.store)
        made, rejects = [*made, *found.samples], [*rejects, *found.rejects]
        rules, unfit = rule_samples(task) if work.flow.program == ANSWER_FIRST else ([], [])
        ruled, rejects = ruled + rules, rejects + unfit
        topics.update((sample.context or "", unit.topic) for sample in (*found.samples, *rules))
    steps = explaining.steps(made, ruled, topics)
    if work.leaf.kind != "knowledge":
        steps.append(partial(drop_copies, usual=usual(own_pairs(job, work), least=work.flow.settings["copied"])))
    samples, dropped = sift(made, steps)
    about = "" if work.leaf.kind == "knowledge" else work.leaf.about
    samples, low = sift(samples, [judge.sifting(samples, about, work.flow.settings.get("sure", math.inf))])
    return [*ruled, *in_order(samples)], [*rejects, *dropped, *low]


def _own(job: Job, work: Work, batch: list[Unit]) -> Iterator[Sample]:
    """The contributor's pairs of a batch. A unit may have a style, and then another digest than its seed."""
    for unit in batch:
        for sample in seed_samples(work.leaf, unit.seed, job.released.ever_taught) if unit.seed else ():
            yield replace(sample, unit=unit.digest)


def own_text(job: Job, work: Work) -> str:
    """What the contributor wrote of a leaf, apart from its documents."""
    return "\n".join([work.leaf.about, *(text for pair in own_pairs(job, work) for text in pair)])


def _group_of(sample: Sample) -> tuple[object, ...]:
    """What a limit of samples counts: the questions of one answer span, those made by rule apart; or rewordings."""
    if sample.kind != "knowledge":
        return (sample.unit,)
    span = sample.span or sample.answer
    return sample.unit, sample.context, span, sample.phase, sample.rewords is None, sample.teacher == RULES


def _wordings_of(sample: Sample) -> tuple[object, ...] | None:
    """Whose questions are to differ in more than small words: a small teacher's; a rule has an order of its own."""
    return _group_of(sample) if sample.kind == "knowledge" and sample.teacher != RULES else None


def _order(sample: Sample) -> tuple[int, str, str, tuple[str, ...], str]:
    """By place in the document, then by content: the same order on every machine."""
    start = sample.document.start if sample.document else 1 << 60
    return start, sample.context or "", sample.answer, sample.requests, sample.id
