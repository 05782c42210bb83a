"""How often the gate is wrong, by 2,000 simulated gates each; seeds are fixed."""

from __future__ import annotations

import random
from dataclasses import replace

from labci.gate import decide
from labci.scores import Scores
from tests.gate.make import LEAF, POLICY, one, rows, scores

GATES = 2000
ALPHAS = (0.5, 0.75, 1.0)
NOISE = 3 * (0.05 * 0.95 / GATES) ** 0.5  # three standard errors of a rate of 5 %


def few_general(found: Scores) -> Scores:
    """20 of the 200 general items: the simulations of new leaves don't ask about them."""
    keep = {f"i{n}" for n in range(0, 200, 10)}
    return replace(found, rows=tuple(row for row in found.rows if row.suite != "general" or row.item in keep))


def leaf(source: random.Random, gain: float, sd: float = 0.6, clusters: int = 5) -> Scores:
    """A candidate chosen among three on a development set of 10 items, then scored on the held-out items."""
    best, chosen = -float("inf"), 1.0
    shared = [source.gauss(gain, sd) for _ in range(10)]
    for alpha in ALPHAS:
        seen = sum(alpha * value + source.gauss(0, 0.1) for value in shared)
        best, chosen = max((best, chosen), (seen, alpha))
    effects = [chosen * source.gauss(gain, sd) for _ in range(clusters)]
    contrasts = [0.5 * effect + 0.5 * chosen * source.gauss(gain, sd) for effect in effects]
    return few_general(one(effects, contrasts=contrasts))


def rate(gain: float, seed: int, result: str = "PASS") -> float:
    """Share of gates with this verdict."""
    source = random.Random(seed)
    return sum(decide(leaf(source, gain), POLICY).verdict == result for _ in range(GATES)) / GATES


def test_no_gain_seldom_passes() -> None:
    assert rate(0.0, seed=1) <= 0.05 + NOISE


def test_a_gain_of_one_nat_passes() -> None:
    assert rate(1.0, seed=2) >= 0.8


def test_permuted_answers_seldom_pass() -> None:
    """Names and form are learnt (NLL gains), which answer belongs where is not (contrast has no gain)."""
    source = random.Random(3)
    passed = 0
    for _ in range(GATES):
        effects = [source.gauss(1.5, 0.6) for _ in range(5)]
        contrasts = [source.gauss(0.0, 0.6) for _ in range(5)]
        passed += decide(few_general(one(effects, contrasts=contrasts)), POLICY).verdict == "PASS"
    assert passed / GATES <= 0.05 + NOISE


def test_two_hundred_general_items_decide() -> None:
    """No true loss, sd 0.4 between items: PASS in nine of ten."""
    source = random.Random(4)
    gain = rows("new", LEAF, [0.9, 1.2, 1.0, 1.4, 0.8])
    passed = 0
    for _ in range(300):
        general = rows("general", "", [source.gauss(0, 0.4) for _ in range(200)])
        passed += decide(scores({LEAF: gain}, None, *general), POLICY).verdict == "PASS"
    assert passed / 300 >= 0.9
