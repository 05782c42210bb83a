"""Judges: how they are calibrated, what they compare, what several answers agree on."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labci.blocks.agreement import agreed_answers, agreement, f1
from labci.blocks.best import in_order, keep_best, keep_wordings
from labci.blocks.calibration import MIN_PAIRS, auc_of, calibrate, threshold_of
from labci.blocks.corrupt import closest, corrupted, damaged, swapped
from labci.blocks.likelihood import NEUTRAL, contrasts, judge, margins
from labci.blocks.match import Match, explained, keep_matching
from labci.request import Continuation, Response
from labci.sample import Reject, Sample
from tests.conftest import LEAVES

WORDS = st.lists(st.from_regex(r"[b-p]{3,6}", fullmatch=True), min_size=2, max_size=4).map(" ".join)
FACT = "The crossing takes 95 minutes and the ferry is red."


def sample(question: str, answer: str, **more: object) -> Sample:
    return Sample(
        leaf="l", unit="u", kind="knowledge", phase="short", question=question, answer=answer, context=FACT,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=9), st.lists(st.integers(-5, 5), min_size=1, max_size=9))
def test_auc_is_the_share_of_pairs_in_order(good: list[int], bad: list[int]) -> None:
    auc, error = auc_of(good, bad)
    pairs = [(g > b) + 0.5 * (g == b) for g in good for b in bad]
    assert auc == pytest.approx(sum(pairs) / len(pairs))
    assert error >= 0
    assert auc_of(bad, good)[0] == pytest.approx(1 - auc)


def test_auc_error_is_that_of_repeated_draws() -> None:
    rng = random.Random(1)
    draws = [auc_of([rng.gauss(1, 1) for _ in range(12)], [rng.gauss(0, 1) for _ in range(40)]) for _ in range(400)]
    mean = sum(auc for auc, _ in draws) / len(draws)
    spread = (sum((auc - mean) ** 2 for auc, _ in draws) / len(draws)) ** 0.5
    assert mean == pytest.approx(0.76, abs=0.03)  # Phi(1 / sqrt(2))
    assert sum(error for _, error in draws) / len(draws) == pytest.approx(spread, rel=0.15)


def test_a_judge_is_used_only_where_it_tells_true_from_corrupted() -> None:
    rng = random.Random(2)
    good, bad = [rng.gauss(2, 1) for _ in range(10)], [rng.gauss(0, 1) for _ in range(60)]
    assert calibrate(good, bad).used
    assert not calibrate(bad[:10], bad[10:]).used
    few = calibrate(good, bad[: MIN_PAIRS - 1])
    assert (few.used, few.pairs) == (False, MIN_PAIRS - 1)
    assert "30 are needed" in few.why


def test_the_threshold_keeps_nine_of_ten_true_seeds() -> None:
    good = [float(n) for n in range(10)]
    cut = threshold_of(good, [-1.0, 0.5, 3.5])
    assert sum(value >= cut for value in good) >= 9


class Table:
    """Log-likelihoods from a table; 0 for what is not in it."""

    def __init__(self, values: dict[tuple[str, str], float]) -> None:
        self.values = values

    def __call__(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        return [(self._value(item), 2) for item in items]

    def _value(self, item: Continuation) -> float:
        content = item.messages[0]["content"]
        return next((v for (part, text), v in self.values.items() if part in content and text == item.text), 0.0)


def test_contrast_takes_out_what_is_likely_after_anything() -> None:
    score = Table(
        {("How long?", "95"): -2.0, (NEUTRAL, "95"): -8.0, ("How long?", "red"): -2.0, (NEUTRAL, "red"): -1.0}
    )
    assert contrasts(score, [(FACT, "How long?", "95"), (FACT, "How long?", "red")]) == [3.0, -0.5]
    assert margins(score, [(FACT, "How long?", "95")], {FACT: ["95", "red"]}) == [3.5]


def test_a_question_that_another_answer_explains_better_is_dropped() -> None:
    score = Table({
        ("[95 minutes]", "How long?"): -2.0, ("[red]", "How long?"): -6.0,
        ("[95 minutes]", "What colour?"): -6.0, ("[red]", "What colour?"): -6.0,
    })  # fmt: skip
    rows = [sample("How long?", "95 minutes"), sample("How long?", "red"), sample("What colour?", "red")]
    found = explained(score, lambda fact, answer: f"{fact} [{answer}]", rows)
    assert [(match.value, match.other) for match in found] == [(2.0, "red"), (-2.0, "95 minutes"), (0.0, "95 minutes")]
    assert [match.likely for match in found] == [-1.0, -3.0, -3.0]
    kept = [not isinstance(item, Reject) for item in keep_matching(rows, found, {"match": 0.1})]
    assert kept == [True, False, False]


def test_a_question_that_its_own_teacher_would_hardly_say_is_dropped() -> None:
    """However much better it suits its answer than the others."""
    matches = [Match(likely=likely, value=1.0, other="red") for likely in (-0.5, -0.6, -0.7)]
    rows = [sample("How long?", "95 minutes")] * 3
    found = list(keep_matching(rows, matches, {"match": 0.1, "likely": -0.6}))
    assert [isinstance(item, Reject) for item in found] == [False, False, True]
    assert isinstance(found[2], Reject)
    assert found[2].detail == "likelihood -0.70 below -0.60"
    assert found[2].sample.scores == {"match": 1.0, "likely": -0.7}


def test_parts_of_an_answer_are_no_rivals() -> None:
    rows = [sample("How long?", "95 minutes"), sample("How many minutes?", "95")]
    found = explained(Table({}), lambda fact, answer: answer, rows)
    assert found == [Match(likely=0.0, value=0.0, other="")] * 2
    assert [item for item in keep_matching(rows, found, {"match": 0.1}) if isinstance(item, Reject)] == []


def test_corrupted_pairs_have_wrong_answers_only() -> None:
    rows = [(FACT, "How long is it?", "95 minutes"), ("The mill is old.", "What is old?", "The mill")]
    wrong = list(corrupted(rows, [["95 minutes", "red"], ["the mill"]]))
    assert (FACT, "How long is it?", "red") in wrong
    assert not {(question, answer) for _, question, answer in wrong} & {(q, a) for _, q, a in rows}


@pytest.mark.slow
@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=5, unique_by=lambda pair: pair[0]))
def test_a_skill_s_wrong_answers_stand_with_the_own_context(pairs: list[tuple[str, str]]) -> None:
    """Grounded leaves ask one question of many contexts: another context with its own answer is right."""
    rows = [(context, "What is to be done?", answer) for context, answer in pairs]
    wrong = list(swapped(rows))
    assert not set(wrong) & set(rows)
    assert {context for context, _, _ in wrong} <= {context for context, _ in pairs}
    assert list(damaged(rows))[: len(wrong)] == wrong


def test_a_freeform_leaf_s_answers_are_told_from_each_other_s() -> None:
    """Not from words of the task, which any judge finds likelier: on this leaf that gave 16 pairs and an AUC of 0."""
    pairs = yaml.safe_load((LEAVES / "gen_skill" / "qna.yaml").read_text("utf-8"))["seed_examples"]
    rows = [("", pair["question"], pair["answer"]) for pair in pairs]
    assert len(list(swapped(rows))) >= 30


def test_the_sentence_a_pair_is_about() -> None:
    pieces = ["The mill is old.", "The ferry is red.", "The crossing takes 95 minutes."]
    assert closest("", "How long is the crossing?", "95 minutes", pieces) == pieces[2]


def test_several_answers_must_agree() -> None:
    def answer(text: str, finish: str = "stop") -> Response:
        return Response(text=text, finish=finish, prompt_tokens=1, completion_tokens=1)

    said = {
        "a": answer("the red ferry"),
        "b": answer("The red ferry."),
        "c": answer("no idea"),
        "d": answer("x", "length"),
    }
    block = agreed_answers({**said, "v": answer("q")}, least=0.6, first=1)
    rows = [sample("q", "", requests=("v", *keys)) for keys in (("a", "b", "b"), ("a", "c", "c"), ("d", "a", "a"))]
    found = list(block(rows))
    assert isinstance(found[0], Sample)
    assert found[0].answer == "the red ferry"
    assert [item.reason for item in found if isinstance(item, Reject)] == ["judged-low", "truncated"]


@given(st.text(max_size=20), st.text(max_size=20))
def test_f1_is_a_symmetric_share(left: str, right: str) -> None:
    assert f1(left, left) == 1.0
    assert 0.0 <= f1(left, right) == f1(right, left) <= 1.0
    assert agreement(left, []) == 1.0


def test_the_best_few_are_kept_and_the_rest_is_surplus() -> None:
    rows = [sample(f"q{n}", "a", scores={"match": float(n)}) for n in range(4)]
    ordered = in_order(rows)
    assert [row.question for row in ordered] == ["q3", "q2", "q1", "q0"]
    found = list(keep_best(ordered, each=3, per=lambda row: row.answer))
    assert [item.reason for item in found if isinstance(item, Reject)] == ["surplus"]
    assert len(found) == 4


def test_what_its_writer_is_sure_of_is_not_dropped_by_the_judge() -> None:
    made = [sample("What is red?", "the ferry", scores={"likely": likely}) for likely in (-0.3, -0.5)]
    found = list(judge([*made, sample("What is red?", "the ferry")], [-1.0] * 3, 0.0, sure=-0.45))
    assert [isinstance(item, Reject) for item in found] == [False, True, True]
    assert all(isinstance(item, Reject) for item in judge(made, [-1.0] * 2, 0.0))


def test_of_questions_in_nearly_the_same_words_the_best_stays() -> None:
    texts = (
        "How long may a craft lie here?",
        "For how long can crafts lie there?",
        "What is the longest stay of a craft?",
    )
    made = [sample(text, "a week") for text in texts]
    found = list(keep_wordings([*made, sample(texts[1], "a month")], per=lambda item: item.answer))
    assert [isinstance(item, Reject) for item in found] == [False, True, False, False]
    assert not any(isinstance(item, Reject) for item in keep_wordings(made, per=lambda item: None))
