"""The cheap checks: what they refuse, what the gate makes of it, and that they never pass anything."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import schema
from labci.gate import decide, load_scores
from labci.report.verdict import render
from labci.smoke import ITEMS, LOST_NATS, Smoke, Trouble, of_losses, trouble
from tests.gate.make import POLICY, one

GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]
FALLING = [4.0 - 0.1 * step for step in range(20)]
WORDS = ("No, sorry.", "Paris")
FINE = replace(of_losses([FALLING]), answers=WORDS, effects=(0.1, -0.3, 0.0))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (FINE, ""),
        (Smoke(), ""),
        (of_losses([]), ""),
        (of_losses([FALLING[::-1]]), "loss"),
        (of_losses([[2.0] * 20]), "loss"),
        (of_losses([FALLING, [math.nan] * 20]), "loss"),
        (of_losses([FALLING, FALLING[::-1]]), ""),  # one phase learnt
        (of_losses([[1.0, 2.0, 3.0]]), ""),  # too few steps to say
        (of_losses([FALLING[::-1], [2.0, 2.1, 2.2]]), "loss"),  # a phase of few steps excuses no other
        (replace(FINE, answers=("Paris", "the the the")), "degenerate"),
        (replace(FINE, answers=("",)), "degenerate"),
        (replace(FINE, effects=(-1.5,) * ITEMS), "smoke"),
        (replace(FINE, effects=(0.1, None)), "smoke"),
        (replace(of_losses([FALLING[::-1]]), answers=("",), effects=(-9.0,)), "loss"),  # the first one speaks
    ],
)
def test_what_is_refused(seen: Smoke, expected: Trouble) -> None:
    assert trouble(seen, POLICY.margin_nll) == expected


def test_a_wider_margin_widens_the_smoke_test() -> None:
    lost = replace(FINE, effects=(-3.0, -2.0))
    assert trouble(lost, 0.1) == "smoke"
    assert trouble(lost, 2.5) == ""


BAD = {
    "loss": (of_losses([FALLING[::-1]]), "rose by 1.50 nats per token"),
    "not finite": (of_losses([[math.inf] * 12]), "the loss is not a finite number"),
    "degenerate": (replace(FINE, answers=("", "a b", "")), "2 of 3 answers are empty"),
    "smoke": (replace(FINE, effects=(-2.0, -4.0)), "2 general items became less likely by 3.00 nats per token"),
}


@pytest.mark.parametrize(("seen", "words"), BAD.values(), ids=BAD)
def test_the_gate_says_fail_and_why_from_the_file_alone(tmp_path: Path, seen: Smoke, words: str) -> None:
    path = tmp_path / "scores.json"
    found = replace(one(GAIN), smoke=seen)
    path.write_text(json.dumps(found.to_json(), allow_nan=False))
    assert load_scores(path) == found
    for scores in (load_scores(path), replace(found, rows=())):
        verdict = decide(scores, POLICY)
        assert verdict.verdict == "FAIL"
        assert len(verdict.reasons) == len(verdict.checks) == 1
        assert words in verdict.reasons[0]
        document = json.loads(render(verdict, "json"))
        assert list(schema.validator("verdict").iter_errors(document)) == []
        assert "next: a gentler training" in render(verdict)


def test_what_ended_early_under_another_policy_is_no_pass() -> None:
    """The smoke test refused, a wider margin would not have: nothing was scored, so nothing is decided."""
    found = replace(one(GAIN), rows=(), smoke=replace(FINE, effects=(-2.0, -2.0)))
    assert decide(found, replace(POLICY, margin_nll=5.0)).verdict == "INCONCLUSIVE"


nats = st.floats(-5, 5)


@given(st.lists(nats, min_size=1, max_size=ITEMS), st.lists(st.floats(0, 3), min_size=ITEMS, max_size=ITEMS))
def test_no_worse_candidate_gets_through(effects: list[float], losses: list[float]) -> None:
    worse = tuple(value - loss for value, loss in zip(effects, losses, strict=False))
    if trouble(replace(FINE, effects=tuple(effects)), 0.1):
        assert trouble(replace(FINE, effects=worse), 0.1)


@given(st.lists(nats, min_size=1, max_size=ITEMS))
def test_a_small_loss_is_left_to_the_gate(effects: list[float]) -> None:
    if sum(effects) / len(effects) > -0.99 * LOST_NATS:
        assert not trouble(replace(FINE, effects=tuple(effects)), 0.1)
