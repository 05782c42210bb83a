"""How often the gate is wrong, by 2,000 simulated gates each; seeds are fixed."""

from __future__ import annotations

import random
from dataclasses import replace

from labci.gate import decide
from labci.gate.statistics import estimate
from labci.scores import Scores
from tests.gate.make import LEAF, POLICY, one, rows, scores

GATES = 2000
ALPHAS = (0.5, 0.75, 1.0)


def few_general(found: Scores) -> Scores:
    """20 of the 200 general items: the simulations of new leaves don't ask about them."""
    keep = {f"i{n}" for n in range(0, 200, 10)}
    return replace(found, rows=tuple(row for row in found.rows if row.suite != "general" or row.item in keep))


def chosen(source: random.Random, gain: float, sd: float) -> float:
    """The alpha whose candidate looks best on a development set of 10 items that drew the same luck."""
    best, found = -float("inf"), 1.0
    shared = [source.gauss(gain, sd) for _ in range(10)]
    for alpha in ALPHAS:
        seen = sum(alpha * value + source.gauss(0, 0.1) for value in shared)
        best, found = max((best, found), (seen, alpha))
    return found


def leaf(source: random.Random, gain: float, contrast: float | None = None, sd: float = 0.6) -> Scores:
    """A candidate chosen among three, scored on 5 held-out contexts.

    contrast: the true gain in contrast, which then is drawn for itself; without it contrast goes with the gain.
    """
    alpha = chosen(source, gain, sd)
    effects = [alpha * source.gauss(gain, sd) for _ in range(5)]
    if contrast is None:
        contrasts = [0.5 * effect + 0.5 * alpha * source.gauss(gain, sd) for effect in effects]
    else:
        contrasts = [alpha * source.gauss(contrast, sd) for _ in effects]
    return few_general(one(effects, contrasts=contrasts))


def passed(source: random.Random, gain: float, contrast: float | None = None) -> float:
    """Share of gates with the verdict PASS."""
    return sum(decide(leaf(source, gain, contrast), POLICY).verdict == "PASS" for _ in range(GATES)) / GATES


def test_no_gain_seldom_passes() -> None:
    assert passed(random.Random(1), 0.0) <= 0.05


def test_a_gain_of_one_nat_passes() -> None:
    assert passed(random.Random(2), 1.0) >= 0.8


def test_permuted_answers_seldom_pass() -> None:
    """Names and form are learnt (NLL gains), which answer belongs where is not (contrast has no gain)."""
    assert passed(random.Random(3), 1.5, contrast=0.0) <= 0.05


def test_no_loss_is_seldom_harm() -> None:
    """An earlier leaf of five contexts that nothing was done to: the two tests of harm together are hardly more often
    wrong than the one."""
    source = random.Random(5)
    refused = 0
    for _ in range(GATES):
        found = estimate((n, source.gauss(0.0, 0.6)) for n in range(5))
        assert found
        refused += (found.p_of_harm() or 1.0) < POLICY.alpha
    assert refused / GATES <= 0.06


def test_two_hundred_general_items_decide() -> None:
    """No true loss, sd 0.4 between items, the candidate that looked best on general items of its own: PASS."""
    source = random.Random(4)
    gain = rows("new", LEAF, [0.9, 1.2, 1.0, 1.4, 0.8])
    decided = 0
    for _ in range(GATES):
        alpha = chosen(source, 0.0, 0.4)
        general = rows("general", "", [alpha * source.gauss(0, 0.4) for _ in range(200)])
        verdict = decide(scores({LEAF: gain}, None, *general), POLICY)
        check = next(check for check in verdict.checks if check.name == "general")
        decided += check.result != "INCONCLUSIVE"
        assert verdict.verdict == check.result  # nothing else is in doubt
    assert decided / GATES >= 0.9
