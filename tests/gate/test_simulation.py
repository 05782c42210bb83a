"""How often the gate is wrong, by 2,000 simulated gates each; seeds are fixed."""

from __future__ import annotations

import random
from dataclasses import replace

from labci.gate import decide
from labci.gate.statistics import estimate
from labci.scores import Scores
from labci.train.merging import Point, choose
from tests.gate.make import LEAF, POLICY, one, rows, scores

GATES = 2000
ALPHAS = (0.5, 0.75, 1.0)


def few_general(found: Scores) -> Scores:
    """20 of the 200 general items: the simulations of new leaves don't ask about them."""
    keep = {f"i{n}" for n in range(0, 200, 10)}
    return replace(found, rows=tuple(row for row in found.rows if row.suite != "general" or row.item in keep))


def chosen(source: random.Random) -> float:
    """The alpha that a run takes, from what 220 general development items of no true loss say (`merging.choose`)."""
    rise = source.gauss(0.0, 0.4) / 220**0.5
    return choose([Point(alpha=alpha, new=None, general=3.0 + alpha * rise) for alpha in (0.0, *ALPHAS)], 0.1).alpha


def leaf(source: random.Random, gain: float, contrast: float | None = None, sd: float = 0.6) -> Scores:
    """A candidate chosen among three as in a run, scored on 5 held-out contexts.

    contrast: the true gain in contrast, which then is drawn for itself; without it contrast goes with the gain.
    """
    alpha = chosen(source)
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
    """Names and form are learnt (NLL gains), which answer belongs where is not (contrast has no gain).

    Contrast alone decides, at its nominal 5 %; of 2,000 gates that is 5 % with a standard error of 0.5.
    """
    assert passed(random.Random(3), 1.5, contrast=0.0) <= 0.06


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
    """No true loss, sd 0.4 between items, the candidate chosen on general items of its own: PASS."""
    source = random.Random(4)
    gain = rows("new", LEAF, [0.9, 1.2, 1.0, 1.4, 0.8])
    decided = 0
    for _ in range(GATES):
        alpha = chosen(source)
        general = rows("general", "", [alpha * source.gauss(0, 0.4) for _ in range(200)])
        verdict = decide(scores({LEAF: gain}, None, *general), POLICY)
        check = next(check for check in verdict.checks if check.name == "general")
        decided += check.result != "INCONCLUSIVE"
        assert verdict.verdict == check.result  # nothing else is in doubt
    assert decided / GATES >= 0.9
