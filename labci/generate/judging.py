"""The judge of a run: which likelihoods it asks for, and whether it may be trusted on a leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from labci import digest, models
from labci.blocks.calibration import Calibration, calibrate
from labci.blocks.corrupt import Row, closest, corrupted
from labci.blocks.likelihood import VERSION, contrasts
from labci.blocks.spans import spans
from labci.english.sentences import sentences
from labci.heldout import training_pairs
from labci.job import Job
from labci.request import Continuation
from labci.work import Work

MAX_CORRUPTED = 90  # pairs of one leaf: more tell no more, and cost seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafJudge:
    """The judge as one leaf sees it. calibration: None where the leaf has nothing to calibrate on."""

    scorer: Scorer
    calibration: Calibration | None
    pooled: bool = False

    @property
    def threshold(self) -> float | None:
        """What a sample must reach; None where the judge is not trusted."""
        return self.calibration.threshold if self.calibration and self.calibration.used else None

    def values(self, rows: Sequence[Row]) -> list[float]:
        """Contrast of each (fact, question, answer); nothing is computed where nobody would use it."""
        return contrasts(self.scorer, rows) if self.threshold is not None and rows else [0.0] * len(rows)


class Scorer:
    """Log-likelihoods by one model, each kept in the store (area "scores"). name: what tells its weights apart."""

    def __init__(self, job: Job, name: str, folder: Path) -> None:
        self.job, self.name, self.folder = job, name, folder
        self.model: object | None = None

    def close(self) -> None:
        """Let go of the weights."""
        self.model = None

    def __call__(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        """(sum of log probabilities, tokens) of each item; the store's first."""
        keys = [self._key(item) for item in items]
        found: dict[str, tuple[float, int]] = {}
        missing: dict[str, Continuation] = {}
        for key, item in zip(keys, items, strict=True):
            if (entry := self.job.store.get("scores", key)) is not None:
                found[key] = float(entry[0]), int(entry[1])
            else:
                missing[key] = item
        for key, value in zip(missing, self._compute(list(missing.values())), strict=True):
            found[key] = value
            self.job.store.put("scores", key, list(value))
        return [found[key] for key in keys]

    def _key(self, item: Continuation) -> str:
        messages = [dict(message) for message in item.messages]
        return digest.of_json([VERSION, self.name, messages, item.text])

    def _compute(self, items: list[Continuation]) -> list[tuple[float, int]]:
        if not items:
            return []
        from labci.lm.likelihood import log_likelihood
        from labci.lm.load import LanguageModel, open_model

        if not isinstance(self.model, LanguageModel):
            self.job.progress.say(f"generate: judging with {self.name}")
            self.model = open_model(self.folder)
        values: list[tuple[float, int]] = []
        for start in range(0, len(items), 256):
            values += log_likelihood(self.model, items[start : start + 256])
            self.job.progress.step("likelihoods", len(values), len(items))
        return values


class Judge:
    """Calibrated once for all leaves of a run: on the leaf's own seeds, else on its branch's pooled."""

    def __init__(self, job: Job, works: Sequence[Work]) -> None:
        self.scorer = Scorer(job, job.config.model, models.student_folder(job.config.model))
        self.scores = {work.leaf.path: self._seed_scores(job, work) for work in works} if _can_score(job) else {}

    def of(self, work: Work) -> LeafJudge:
        """The judge for a leaf."""
        own = self.scores.get(work.leaf.path)
        if own is None:
            return LeafJudge(scorer=self.scorer, calibration=None)
        alone = calibrate(*own)
        if alone.used:
            return LeafJudge(scorer=self.scorer, calibration=alone)
        branch = [scores for path, scores in self.scores.items() if path.split("/")[0] == work.leaf.branch]
        pooled = calibrate([v for good, _ in branch for v in good], [v for _, bad in branch for v in bad])
        return LeafJudge(scorer=self.scorer, calibration=pooled if pooled.used else alone, pooled=pooled.used)

    def _seed_scores(self, job: Job, work: Work) -> tuple[list[float], list[float]]:
        rows = seed_rows(job, work)
        wrong = list(corrupted(rows, [[span.text for span in spans(fact)] for fact, _, _ in rows]))
        wrong = sorted(wrong, key=digest.of_json)[:MAX_CORRUPTED]
        if not rows or not wrong:
            return [], []
        values = contrasts(self.scorer, rows + wrong)
        return values[: len(rows)], values[len(rows) :]


def explainer(job: Job, work: Work) -> Scorer | None:
    """The specialist teacher as a judge of its own questions; None where another teacher wrote them."""
    name = job.config.model if job.config.model in models.KNOWN else models.DEFAULT
    folder = models.specialist_folder(name)
    ready = job.config.teacher == "embedded" and (folder / "config.json").is_file() and find_spec("torch") is not None
    if not ready or work.flow.role != "specialist":
        return None
    return Scorer(job, f"specialist@{models.specialist_digest(name)[:12]}", folder)


def _can_score(job: Job) -> bool:
    """The judge reads with the base student; who only asks a remote teacher may have neither it nor torch."""
    return find_spec("torch") is not None and (models.student_folder(job.config.model) / "config.json").is_file()


def seed_rows(job: Job, work: Work) -> list[Row]:
    """(fact, question, answer) of the pairs that may be taught; held-out ones are never looked at."""
    rows: list[Row] = []
    for seed in work.leaf.seeds:
        text = digest.fold(seed.context or work.leaf.about)
        pieces = [sentence for sentence, _, _ in sentences(text)] if work.leaf.kind == "knowledge" else [text]
        for pair in training_pairs(work.leaf, seed, job.released.taught):
            rows.append((closest(text, pair.question, pair.answer, pieces), pair.question, pair.answer))
    return rows
