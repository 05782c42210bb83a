"""What must hold for any scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci.gate import decide
from labci.gate.harm import p_of_harm
from labci.gate.statistics import estimate, holm
from labci.scores import Row, Scores
from tests.gate.make import LEAF, POLICY, base_rows, rows, scores

OLD = ("knowledge/old/a", "knowledge/old/b")
effect = st.floats(-2, 3, allow_nan=False).map(lambda value: round(value, 3))
effects = st.lists(effect, min_size=1, max_size=7)


@st.composite
def any_scores(draw: st.DrawFn) -> Scores:
    """One or two new leaves, up to two old ones, a general suite."""
    new = {leaf: rows("new", leaf, draw(effects)) for leaf in draw(st.sampled_from([(LEAF,), (LEAF, "knowledge/z")]))}
    old = {leaf: rows("old", leaf, draw(effects)) for leaf in draw(st.sampled_from([(), OLD[:1], OLD]))}
    general = rows("general", "", [0.01 * (n % 5) + draw(st.floats(-0.12, 0.02)) for n in range(9)])
    base = base_rows([row for part in old.values() for row in part], draw(st.floats(0, 3)))
    return scores(new, old, *general, *base)


@given(any_scores(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_does_not_matter(found: Scores, random: object) -> None:
    mixed = list(found.rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    leaves = tuple(reversed(found.new_leaves))
    assert decide(replace(found, rows=tuple(mixed), new_leaves=leaves), POLICY) == decide(found, POLICY)


@given(any_scores(), st.floats(0, 2))
@settings(max_examples=200, deadline=None)
def test_a_worse_candidate_never_turns_fail_into_pass(found: Scores, loss: float) -> None:
    worse = replace(found, rows=tuple(_worse(row, loss) for row in found.rows))
    if decide(found, POLICY).verdict == "FAIL":
        assert decide(worse, POLICY).verdict != "PASS"


@pytest.mark.slow
@given(any_scores(), st.lists(st.floats(0, 2), min_size=60, max_size=60))
@settings(max_examples=200, deadline=None)
def test_nor_one_that_is_worse_here_and_there(found: Scores, losses: list[float]) -> None:
    changed = [_worse(row, losses[n % 60]) for n, row in enumerate(found.rows)]
    before, after = decide(found, POLICY), decide(replace(found, rows=tuple(changed)), POLICY)
    for was, now in zip(before.checks, after.checks, strict=True):
        assert not (was.result == "FAIL" and now.result == "PASS")
    if before.verdict == "FAIL":
        assert after.verdict != "PASS"


LOST = st.one_of(st.just(0.0), st.floats(0, 0.2), st.floats(0, 9))


@pytest.mark.slow
@given(st.lists(effect, min_size=1, max_size=9), st.lists(LOST, min_size=9, max_size=9))
@settings(max_examples=500, deadline=None)
def test_a_test_of_harm_sees_no_less_where_items_get_worse(values: list[float], losses: list[float]) -> None:
    known = p_of_harm(sorted(values))
    worse = p_of_harm(sorted(value - loss for value, loss in zip(values, losses, strict=False)))
    if known is None:
        assert worse is None
    else:
        assert worse is not None
        assert worse <= known + 1e-12


@pytest.mark.parametrize(
    "worse", [(-0.5, -0.55, -1, -2, -3.5), (-0.5, -0.55, -0.9, -1.2, -1.8), (-0.5, -2, -4, -8, -16)]
)
def test_harm_among_many_leaves_is_still_seen_when_it_grows(worse: tuple[float, ...]) -> None:
    """The pool of all leaves can't help here: eight others are as they were."""
    for effects in ((-0.5, -0.55, -0.6, -0.5, -0.52), worse):
        leaves = {
            f"knowledge/old/{n}": rows("old", f"knowledge/old/{n}", [0.2, -0.1, 0.1, -0.2, 0.0]) for n in range(8)
        }
        leaves["knowledge/old/lost"] = rows("old", "knowledge/old/lost", effects)
        base = base_rows([row for part in leaves.values() for row in part], 2.0)
        found = decide(scores({LEAF: rows("new", LEAF, [2.9, 3.0, 3.1, 3.2, 3.3])}, leaves, *base, *_quiet()), POLICY)
        assert found.verdict == "FAIL"
        assert [check.name for check in found.checks if check.result == "FAIL"] == ["old:knowledge/old/lost"]


def _quiet() -> list[Row]:
    return rows("general", "", [0.01 * (n % 5) for n in range(200)])


def _worse(row: Row, loss: float) -> Row:
    if row.model != "candidate":
        return row
    return replace(row, nll=row.nll + loss, contrast=None if row.contrast is None else row.contrast - loss)


@given(st.lists(st.tuples(st.integers(0, 5), effect), min_size=2, max_size=20), st.integers(2, 4))
def test_copies_inside_a_cluster_do_not_shrink_the_interval(values: list[tuple[int, float]], times: int) -> None:
    plain, copied = estimate(values), estimate(values * times)
    assert plain
    assert copied
    assert copied.clusters == plain.clusters
    one, other = plain.interval(0.05), copied.interval(0.05)
    assert (one is None) == (other is None)
    if one and other:
        assert abs(one[0] - other[0]) + abs(one[1] - other[1]) < 1e-9


@given(any_scores(), st.integers(2, 3))
@settings(max_examples=60, deadline=None)
def test_nor_does_the_whole_gate_grow_surer_by_them(found: Scores, times: int) -> None:
    """Every item asked again under another name, in its own cluster."""
    copies = [replace(row, item=f"{row.item}-{n}") for row in found.rows for n in range(1, times)]
    plain, copied = decide(found, POLICY), decide(replace(found, rows=(*found.rows, *copies)), POLICY)
    assert copied.verdict == plain.verdict
    for one, more in zip(plain.checks, copied.checks, strict=True):
        assert (more.clusters, more.items, more.result) == (one.clusters, one.items * times, one.result)
        assert more.ci == pytest.approx(one.ci)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=12), st.floats(0.01, 0.4))
def test_the_interval_is_that_of_scipy(values: list[float], alpha: float) -> None:
    """A t-test of scipy on cluster means gives the same bounds and the same p."""
    from scipy import stats

    found = estimate(enumerate(values))
    assert found
    if found.testable:
        peer = stats.ttest_1samp(values, 0.0, alternative="greater")
        low, high = stats.ttest_1samp(values, 0.0).confidence_interval(1 - 2 * alpha)
        assert found.interval(alpha) == pytest.approx((low, high), rel=1e-6, abs=1e-6)
        assert found.p_above(0.0) == pytest.approx(peer.pvalue, rel=1e-6, abs=1e-9)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_raises_p_and_keeps_their_order(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(low <= high <= 1 for low, high in zip(values, adjusted, strict=True))
    ranked = [adjusted[n] for n in sorted(range(len(values)), key=lambda n: values[n])]
    assert ranked == sorted(ranked)
