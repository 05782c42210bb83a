"""The judges of a run: the student's likelihoods or the teacher's own marks, and whether a leaf may trust them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labci import digest, models, teachers
from labci.blocks import Sift
from labci.blocks.corrupt import Row, closest, corrupted, swapped
from labci.blocks.likelihood import judge
from labci.blocks.marks import keep_marked
from labci.blocks.spans import spans
from labci.english.sentences import sentences
from labci.generate.executor import replay
from labci.generate.scorer import Scorer, ability_key, listed
from labci.generate.trust import Trust, pool, to_json, trust
from labci.job import Job
from labci.marking import Scores, asks_teacher, calibrations_of, judges_of
from labci.sample import Reject, Sample
from labci.teachers import Teacher
from labci.work import Work, pairs_of

MAX_CORRUPTED = 90  # pairs of one leaf: more tell no more, and cost seconds
LIKELIHOOD = "likelihood"  # the name of the student's judge


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafJudge:
    """The judges as one leaf sees them. main: None where the leaf has nothing to calibrate on.

    mark: least mark of the teacher that is kept; None where the student's likelihoods judge. judges: the teacher's, by
    name, the last of which is `main`.
    """

    scorer: Scorer
    main: Trust | None
    mark: float | None = None
    judges: Mapping[str, Trust] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For `generation.json`: "calibration" is `main` with its scores, "judges" all of the teacher's, by name."""
        return {"calibration": self._main_json(), "judges": to_json(self.judges, self.mark)}

    def _main_json(self) -> dict[str, Any] | None:
        if self.main is None:
            return None
        good, bad = ([round(v, 3) for v in values] for values in self.main.scores)
        found = self.main.to_json() | {"unit": "nats per token", "good": good, "bad": bad}
        of_flow = {"threshold": self.mark, "unit": "mark"}  # not the cut between the scores
        return found if self.mark is None else found | of_flow | {"name": list(self.judges)[-1]}

    @property
    def trusted(self) -> frozenset[str]:
        """The names of the teacher's judges whose word counts."""
        return frozenset(name for name, found in self.judges.items() if found.calibration.used)

    @property
    def threshold(self) -> float | None:
        """What a sample must reach; None where the judge is not trusted."""
        if self.main is None or not self.main.calibration.used:
            return None
        return self.main.calibration.threshold if self.mark is None else self.mark

    def sifting(self, samples: Sequence[Sample], about: str, sure: float = math.inf) -> Sift:
        """The block that judges these samples; nothing is computed where nobody would use it.

        about: what stands in for the context of samples that have none. sure: see `judge`.
        """
        if self.mark is not None:
            return partial(keep_marked, threshold=self.threshold)
        if self.threshold is None:
            return _unjudged
        values = self.scorer.contrasts([(s.context or about, s.question, s.answer) for s in samples])
        return partial(_judged, values=values, threshold=self.threshold, sure=sure)


class Judge:
    """Calibrated once for all leaves of a run: on the leaf's own seeds, else on its branch's pooled.

    asked: whether the run has asked the teacher anything. scores: of true and of corrupted seeds, by leaf and by name.
    """

    def __init__(self, job: Job, works: Sequence[Work], teacher: Teacher, *, asked: bool) -> None:
        self.scorer = _scorer(job, works, teacher, asked=asked)
        self.explainer = _explainer(job)
        self.pools: dict[tuple[str, str], Trust] = {}  # by branch and name
        likely = self.scorer.teacher is not None or _can_score(job)
        self.scores: dict[str, dict[str, Scores]] = {
            work.leaf.path: _marks(job, work) if asks_teacher(work) else {LIKELIHOOD: self._likelihoods(job, work)}
            for work in works
            if asks_teacher(work) or likely
        }

    def tell(self, job: Job) -> None:
        """One line about what could not be scored, if anything."""
        if missed := self.scorer.missed:
            job.progress.say(
                f"generate: {missed.total()} questions with their answers could not be scored ({listed(missed)}): those"
                " of the teacher are rejects, those of contributors and their corrupted ones calibrate nothing"
            )

    @property
    def seconds(self) -> float:
        """How long models have computed likelihoods."""
        return self.scorer.seconds + (self.explainer.seconds if self.explainer else 0.0)

    def of(self, work: Work) -> LeafJudge:
        """The judges for a leaf."""
        mark = work.flow.settings["mark"] if asks_teacher(work) else None
        own = self.scores.get(work.leaf.path, {})
        found = {name: trust(scores, partial(self._pool, work.leaf.branch, name)) for name, scores in own.items()}
        main = list(found.values())[-1] if found else None
        return LeafJudge(scorer=self.scorer, main=main, mark=mark, judges=found if asks_teacher(work) else {})

    def _pool(self, branch: str, name: str) -> Trust:
        """What a judge of that name gave on all leaves of a branch."""
        if (branch, name) not in self.pools:
            own = (scores for path, scores in self.scores.items() if path.split("/")[0] == branch)
            self.pools[branch, name] = pool(scores[name] for scores in own if name in scores)
        return self.pools[branch, name]

    def _likelihoods(self, job: Job, work: Work) -> Scores:
        rows = seed_rows(job, work)
        wrong = sorted(_wrong(work, rows), key=digest.of_json)[:MAX_CORRUPTED]
        if not rows or not wrong:
            return [], []
        found = self.scorer.contrasts(rows + wrong)
        return _known(found[: len(rows)]), _known(found[len(rows) :])


def _wrong(work: Work, rows: Sequence[Row]) -> Iterator[Row]:
    """What a judge of a leaf must tell from its rows. Another context with its answer is right for a skill."""
    if work.leaf.kind == "knowledge":
        return corrupted(rows, [[span.text for span in spans(fact)] for fact, _, _ in rows])
    return swapped(rows)


def _marks(job: Job, work: Work) -> dict[str, Scores]:
    """The marks that the teacher's judges gave true and corrupted seeds, by name."""
    asked = calibrations_of(job, work)
    return {name: replay(asked[name], job.store) if name in asked else ([], []) for name in judges_of(work)}


def _unjudged(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    yield from samples


def _judged(
    samples: Iterable[Sample], *, values: Sequence[tuple[float, str]], threshold: float, sure: float
) -> Iterator[Sample | Reject]:
    rows = list(zip(samples, values, strict=True))
    for sample, (_, why) in rows:
        if why:
            yield Reject(sample=sample, stage="judge", reason="judged-low", detail=f"could not be scored: {why}")
    yield from judge([s for s, (_, why) in rows if not why], _known(values), threshold, sure=sure)


def _known(values: Iterable[tuple[float, str]]) -> list[float]:
    """The contrasts that there are."""
    return [value for value, why in values if not why]


def _scorer(job: Job, works: Sequence[Work], teacher: Teacher, *, asked: bool) -> Scorer:
    """The teacher where it scores and no flow has it judge in words; else the base student."""
    wanted = job.config.teacher != teachers.EMBEDDED and not all(map(asks_teacher, works))
    if wanted and _scores(job, teacher, name := f"{teacher.name}@{teacher.digest}", asked=asked):
        return Scorer(job, name, Path(), teacher, weights=name)
    return Scorer(job, job.config.model, models.student_folder(job.config.model))


def _scores(job: Job, teacher: Teacher, name: str, *, asked: bool) -> bool:
    """Whether the teacher scores. A run that asked it nothing goes by what it said last time: it may be gone."""
    found = None if asked else job.store.get("scores", ability_key(name))
    if not isinstance(found, bool):
        found = teachers.score(teacher, []) is not None
        job.store.put("scores", ability_key(name), found)
    return found


def _explainer(job: Job) -> Scorer | None:
    """The specialist teacher as a judge of its own questions; None where another teacher writes them."""
    if job.config.teacher != teachers.EMBEDDED or find_spec("torch") is None:
        return None
    folder = models.specialist_folder(job.specialist)
    name = f"specialist@{models.specialist_digest(job.specialist)[:12]}"
    return Scorer(job, name, folder, weights=name) if (folder / "config.json").is_file() else None


def _can_score(job: Job) -> bool:
    """The judge reads with the base student; who only asks a remote teacher may have neither it nor torch."""
    return find_spec("torch") is not None and (models.student_folder(job.config.model) / "config.json").is_file()


def seed_rows(job: Job, work: Work) -> list[Row]:
    """(fact, question, answer) of the pairs that may be taught."""
    rows: list[Row] = []
    for seed, pair in pairs_of(job, work):
        text = digest.fold(seed.context or work.leaf.about)
        pieces = [sentence for sentence, _, _ in sentences(text)] if work.leaf.kind == "knowledge" else [text]
        rows.append((closest(text, pair.question, pair.answer, pieces), pair.question, pair.answer))
    return rows
