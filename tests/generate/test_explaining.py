"""The specialist as the judge of its own questions: by how they read, where it can read at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from labci.blocks import sift
from labci.generate.explaining import MOST, OTHERS, Explaining
from labci.generate.scorer import Scorer
from labci.models.specialist.readings import NOT_SAID
from labci.request import Continuation
from labci.sample import Sample

SETTINGS = {"match": 0.1, "likely": -0.5, "read": 2.0, "read_likely": -0.8}
FACTS = [f"Pump {number} of the works draws {number}0 litres." for number in range(1, 41)]
TOPICS = dict.fromkeys(FACTS, "the works")


class Reader:
    """Answers by rule. reads: whether it knows which fact a question's pump is of."""

    def __init__(self, *, reads: bool, likely: float = -0.6) -> None:
        self.reads, self.likely, self.asked = reads, likely, 0

    def __call__(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        self.asked += len(items)
        return [self.score(item.messages[0]["content"], item.text) for item in items]

    def score(self, prompt: str, text: str) -> tuple[float, int]:
        if "\nQuestion: " not in prompt:
            return self.likely * 10, 10
        fact, question = (line.partition(": ")[2] for line in prompt.splitlines()[1:])
        said = self.reads and question.split()[3] == fact.split()[1]
        return (-1.0 if said != (text == NOT_SAID) else -9.0), 2


def sample(fact: str, pump: int) -> Sample:
    return Sample(
        leaf="", unit="", kind="knowledge", phase="short", question=f"What does pump {pump} of the works draw?",
        answer=f"{pump}0 litres", context=fact, span=f"{pump}0 litres",
    )  # fmt: skip


def judged(reader: Reader, *, ruled: int = 40) -> tuple[Explaining, list[int], list[tuple[str, str]]]:
    """One right question of each fact, and one of a pump that the fact does not speak of."""
    explaining = Explaining(cast(Scorer, reader), SETTINGS)
    made = [sample(fact, pump) for number, fact in enumerate(FACTS, 1) for pump in (number, number + 100)]
    kept, dropped = sift(
        made, explaining.steps(made, [sample(fact, n) for n, fact in enumerate(FACTS[:ruled], 1)], TOPICS)
    )
    return explaining, [int(s.question.split()[3]) for s in kept], [(r.stage, r.detail[:10]) for r in dropped]


def test_what_the_fact_does_not_say_is_dropped_and_less_likely_questions_pass() -> None:
    explaining, kept, dropped = judged(Reader(reads=True))
    assert explaining.calibration is not None
    assert explaining.calibration.auc == 1
    assert kept == list(range(1, 41))
    assert set(dropped) == {("read", "read -8.0,")}


def test_where_it_cannot_read_its_likelihood_alone_decides_more_strictly() -> None:
    explaining, kept, dropped = judged(Reader(reads=False))
    assert explaining.calibration is not None
    assert not explaining.calibration.used
    assert kept == []
    assert set(dropped) == {("match", "likelihood")}
    assert len(judged(Reader(reads=False, likely=-0.4))[1]) == 2 * len(FACTS)


def test_too_few_questions_by_rule_say_nothing() -> None:
    explaining, kept, _ = judged(Reader(reads=True), ruled=9)
    assert explaining.calibration is not None
    assert "27 corrupted pairs" in explaining.calibration.why
    assert judged(Reader(reads=True), ruled=11)[1] == list(range(1, 41))
    assert kept == []
    assert judged(Reader(reads=True), ruled=1)[0].calibration is None


def test_it_is_calibrated_on_so_many_and_no_more() -> None:
    reader = Reader(reads=True)
    explaining = Explaining(cast(Scorer, reader), SETTINGS)
    ruled = [sample(fact, number) for number, fact in enumerate(FACTS, 1)]
    for _ in range(4):
        explaining.steps(ruled[:1], ruled, TOPICS)
    assert (len(explaining.good), len(explaining.bad)) == (MOST, OTHERS * MOST)


def test_a_flow_of_ones_own_may_leave_settings_out() -> None:
    reader = cast(Scorer, Reader(reads=True))
    right, wrong, ruled = (
        sample(FACTS[0], 1),
        sample(FACTS[0], 100),
        [sample(fact, n) for n, fact in enumerate(FACTS, 1)],
    )
    kept, _ = sift([right, wrong], Explaining(reader, {"read": 2.0}).steps([right, wrong], ruled, TOPICS))
    assert [item.question for item in kept] == [right.question]
    kept, _ = sift([right, wrong], Explaining(reader, {}).steps([right, wrong], ruled, TOPICS))
    assert len(kept) == 2


def test_no_specialist_judges_nothing() -> None:
    assert Explaining(None, SETTINGS).steps([sample(FACTS[0], 1)], [], TOPICS) == []
