"""How often the gate is wrong, by 2,000 simulated gates each; seeds are fixed."""

from __future__ import annotations

import random

import pytest

from labci.gate import decide
from labci.gate.harm import p_of_harm
from labci.scores import Row, Scores
from labci.train.merging import Point, choose
from tests.gate.make import LEAF, POLICY, base_rows, rows, scores

GATES = 2000
GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]
ALPHAS = (0.5, 0.75, 1.0)


def chosen(source: random.Random) -> float:
    """The alpha that a run takes, from what 220 general development items of no true loss say (`merging.choose`)."""
    rise = source.gauss(0.0, 0.4) / 220**0.5
    return choose([Point(alpha=alpha, new=None, general=3.0 + alpha * rise) for alpha in (0.0, *ALPHAS)], 0.1).alpha


def leaf(source: random.Random, gain: float, contrast: float, sd: float = 0.6) -> Scores:
    """A candidate chosen among three as in a run: 5 held-out contexts, 200 general items of no true loss.

    contrast: the true gain in contrast; it is drawn for itself, as nothing says that it goes with the NLL.
    """
    alpha = chosen(source)
    effects, contrasts = ([alpha * source.gauss(mean, sd) for _ in range(5)] for mean in (gain, contrast))
    new = rows("new", LEAF, effects, contrasts=contrasts)
    return scores({LEAF: new}, None, *general(source, alpha))


def general(source: random.Random, alpha: float) -> list[Row]:
    """200 general items, sd 0.4 between them."""
    return rows("general", "", [alpha * source.gauss(0, 0.4) for _ in range(200)])


def passed(source: random.Random, gain: float, contrast: float) -> float:
    """Share of gates with the verdict PASS, of everything that a run's gate asks."""
    return sum(decide(leaf(source, gain, contrast), POLICY).verdict == "PASS" for _ in range(GATES)) / GATES


@pytest.mark.slow
def test_no_gain_seldom_passes() -> None:
    assert passed(random.Random(1), 0.0, 0.0) <= 0.05


@pytest.mark.slow
def test_a_gain_of_one_nat_passes() -> None:
    """82 of 100: NLL or contrast are missed in 8 each, general in 3."""
    assert passed(random.Random(2), 1.0, 1.0) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize(("leaves", "gained", "least"), [(1, 1.0, 0.3), (1, 3.0, 0.7), (5, 1.0, 0.7)])
def test_a_gain_of_one_nat_passes_beside_what_was_taught_before(leaves: int, gained: float, least: float) -> None:
    """Earlier leaves of five contexts, no true loss: one that had gained a nat only can hardly be seen to keep half."""
    source, kept = random.Random(11), 0
    for _ in range(GATES):
        alpha = chosen(source)
        drawn = [[alpha * source.gauss(1.0, 0.6) for _ in range(5)] for _ in range(2)]
        names = [f"knowledge/old/{n}" for n in range(leaves)]
        old = {name: rows("old", name, [alpha * value for value in _quiet(source)]) for name in names}
        base = base_rows([row for part in old.values() for row in part], gained)
        new = rows("new", LEAF, drawn[0], contrasts=drawn[1])
        verdict = decide(scores({LEAF: new}, old, *general(source, alpha), *base), POLICY)
        kept += verdict.verdict == "PASS"
    assert kept / GATES >= least


@pytest.mark.slow
def test_permuted_answers_seldom_pass() -> None:
    """Names and form are learnt (NLL gains), which answer belongs where is not (contrast has no gain).

    Contrast alone decides, at its nominal 5 %; of 2,000 gates that is 5 % with a standard error of 0.5.
    """
    assert passed(random.Random(3), 1.5, contrast=0.0) <= 0.06


def test_no_loss_is_seldom_harm() -> None:
    """An earlier leaf of five contexts that nothing was done to: 5 % where they differ by 0.5 nats, 6 % by 0.6."""
    for sd, most in ((0.4, 0.05), (0.5, 0.055), (0.6, 0.065)):
        source = random.Random(5)
        drawn = (sorted(source.gauss(0.0, sd) for _ in range(5)) for _ in range(GATES))
        refused = sum((p_of_harm(means) or 0.0) < POLICY.alpha for means in drawn)
        assert 0.01 < refused / GATES <= most


@pytest.mark.slow
def test_no_loss_of_five_leaves_is_seldom_harm_to_one() -> None:
    """Five earlier leaves of five contexts that nothing was done to, in the whole gate: Holm holds the level."""
    source, refused = random.Random(6), 0
    for _ in range(GATES):
        old = {f"knowledge/old/{n}": rows("old", f"knowledge/old/{n}", _quiet(source)) for n in range(5)}
        base = base_rows([row for part in old.values() for row in part], 2.0)
        verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, old, *general(source, 1.0), *base), POLICY)
        refused += any(check.result == "FAIL" for check in verdict.checks if check.name.startswith("old:"))
    assert refused / GATES <= 0.06


def _quiet(source: random.Random) -> list[float]:
    return [source.gauss(0.0, 0.6) for _ in range(5)]


@pytest.mark.slow
def test_two_hundred_general_items_decide() -> None:
    """No true loss, the candidate chosen on general items of its own: PASS."""
    source = random.Random(4)
    decided = 0
    for _ in range(GATES):
        found = general(source, chosen(source))
        verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, None, *found), POLICY)
        check = next(check for check in verdict.checks if check.name == "general")
        decided += check.result != "INCONCLUSIVE"
        assert verdict.verdict == check.result  # nothing else is in doubt
    assert decided / GATES >= 0.9
