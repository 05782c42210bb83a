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
from labci.generate.scorer import Scorer
from labci.models.specialist.conversations import prompt, reading_prompt
from labci.models.specialist.readings import NOT_SAID
from labci.sample import Sample

MOST, OTHERS = 20, 3  # questions that it is calibrated on, and other facts that each of them is held against
READ, READ_LIKELY = "read", "read_likely"


class Explaining:
    """The steps of one leaf. settings: the flow's `match`, `likely`, and `read` with `read_likely` where it reads.

    What was made by rule is only calibrated on: of 281 such questions that were read one by one, reading tells the
    wrong ones with an AUC of 0.62 (docs/generation.md).

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
        self.topics, settings = dict(topics), dict(self.settings)
        if READ in settings:
            self._calibrate(ruled)
        reads_well = self.calibration is not None and self.calibration.used
        if reads_well and READ_LIKELY in settings:
            settings["likely"] = settings[READ_LIKELY]
        match = explained(self.scorer, lambda fact, answer: prompt(topics[fact], fact, answer), made)
        steps: list[Sift] = [partial(keep_matching, found=match, settings=settings)]
        if reads_well:
            steps.append(partial(keep_read, read=self._read, least=settings[READ]))
        return steps

    def _calibrate(self, ruled: Sequence[Sample]) -> None:
        """On what is asked by rule, batch by batch, until that is enough."""
        rows = list(dict.fromkeys((s.context or "", s.question, s.answer) for s in ruled))[: MOST - len(self.good)]
        facts = list(dict.fromkeys(fact for fact, _, _ in rows))
        if len(facts) < 2:
            return
        wrong = [
            (other, question, answer)
            for fact, question, answer in rows
            for other in _after(facts, facts.index(fact))
            if answer not in other
        ]
        self.good += self._read(rows)
        self.bad += self._read(wrong)
        self.calibration = calibrate(self.good, self.bad)

    def _read(self, rows: Sequence[tuple[str, str, str]]) -> list[float]:
        assert self.scorer is not None
        return reads(self.scorer, self._prompt, rows, NOT_SAID)

    def _prompt(self, fact: str, question: str) -> str:
        return reading_prompt(self.topics[fact], fact, question)


def _after(facts: Sequence[str], at: int) -> Sequence[str]:
    """The facts behind one, and from the first again; never that one."""
    return [*facts[at + 1 :], *facts[:at]][:OTHERS]
