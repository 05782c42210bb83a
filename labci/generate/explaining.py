"""The specialist as the judge of its own questions: which answer explains a question best, and how it reads.

Whether it reads is known by questions made by rule, which are right as a rule: their own fact must read better than
another one of the leaf. Where it does not (a specialist of few rows), its likelihood alone decides, and more strictly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from labci.blocks import Sift
from labci.blocks.calibration import Calibration, calibrate
from labci.blocks.match import explained, keep_matching
from labci.blocks.reading import keep_read, reads
from labci.generate.judging import Scorer
from labci.models.specialist.conversations import prompt
from labci.models.specialist.readings import NOT_SAID, reading_prompt
from labci.sample import Sample

MOST = 60  # questions that it is calibrated on
READ, READ_LIKELY = "read", "read_likely"


class Explaining:
    """The steps of one leaf. settings: the flow's `match`, `likely`, and `read` with `read_likely` where it reads.

    calibration: of its reading, as soon as enough questions were made by rule; None before that.
    """

    def __init__(self, scorer: Scorer | None, settings: Mapping[str, float]) -> None:
        self.scorer, self.settings = scorer, settings
        self.topics: dict[str, str] = {}
        self.calibration: Calibration | None = None
        self.good: list[float] = []
        self.bad: list[float] = []

    def steps(self, made: Sequence[Sample], ruled: Sequence[Sample], topics: Mapping[str, str]) -> list[Sift]:
        """How a batch is judged. made: the specialist's candidates; ruled: questions by rule; topics: by fact."""
        if self.scorer is None or not made:
            return []
        self.topics = dict(topics)
        settings = dict(self.settings)
        if READ in settings and self._trusted(ruled):
            settings["likely"] = settings[READ_LIKELY]
        match = explained(self.scorer, lambda fact, answer: prompt(topics[fact], fact, answer), made)
        steps: list[Sift] = [partial(keep_matching, found=match, settings=settings)]
        if READ in settings and self._trusted(()):
            steps.append(partial(keep_read, read=self._read, least=settings[READ]))
        return steps

    def _trusted(self, ruled: Sequence[Sample]) -> bool:
        """Calibrated on what is asked by rule, until that is enough; then once and for all."""
        if ruled and (self.calibration is None or not self.calibration.pairs or len(self.bad) < MOST):
            rows = list({(s.context or "", s.question, s.answer): None for s in ruled})[: MOST - len(self.good)]
            facts = list(dict.fromkeys(fact for fact, _, _ in rows))
            if len(facts) > 1:
                after = dict(zip(facts, [*facts[1:], facts[0]], strict=True))
                self.good += self._read(rows)
                self.bad += self._read([(after[fact], question, answer) for fact, question, answer in rows])
                self.calibration = calibrate(self.good, self.bad)
        return self.calibration is not None and self.calibration.used

    def _read(self, rows: Sequence[tuple[str, str, str]]) -> list[float]:
        assert self.scorer is not None
        return reads(self.scorer, self._prompt, rows, NOT_SAID)

    def _prompt(self, fact: str, question: str) -> str:
        return reading_prompt(self.topics[fact], fact, question)
