"""The search on oracles of every kind: it ends, its answer passes, and one culprit costs O(log n) questions."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import digest
from labci.blame.search import Parts, smallest


class Oracle:
    """Answers by a rule and counts; asked twice, of nothing or of everything it complains."""

    def __init__(self, parts: list[str], rule: Callable[[Parts], bool]) -> None:
        self.parts, self.rule = parts, rule
        self.asked: list[Parts] = []

    def __call__(self, removed: Parts) -> bool:
        assert removed not in self.asked
        assert frozenset() < removed < frozenset(self.parts)
        self.asked.append(removed)
        return self.rule(removed)


def names(count: int) -> list[str]:
    return [f"knowledge/leaf{n}" for n in range(count)]


@given(st.integers(2, 70), st.data())
def test_one_culprit_costs_log_n(count: int, data: st.DataObject) -> None:
    parts = names(count)
    bad = data.draw(st.sampled_from(parts))
    suspects = data.draw(st.sets(st.sampled_from(parts)))
    oracle = Oracle(parts, lambda removed: bad in removed)
    assert smallest(parts, oracle, suspects) == {bad}
    # A wrong guess is one question more, and its parts are fewer to search.
    assert len(oracle.asked) <= math.ceil(math.log2(count)) + 1 + bool(suspects)


@pytest.mark.parametrize("bad", range(5))
@pytest.mark.parametrize("guess", [*[(n,) for n in range(5)], (), (0, 1), (1, 2, 3), (0, 1, 2, 3)])
def test_one_of_five_costs_fewer_than_five(bad: int, guess: tuple[int, ...]) -> None:
    parts = names(5)
    oracle = Oracle(parts, lambda removed: parts[bad] in removed)
    assert smallest(parts, oracle, [parts[n] for n in guess]) == {parts[bad]}
    assert len(oracle.asked) <= 4


def test_a_right_guess_costs_one() -> None:
    parts = names(64)
    oracle = Oracle(parts, lambda removed: parts[40] in removed)
    assert smallest(parts, oracle, [parts[40]]) == {parts[40]}
    assert len(oracle.asked) == 1


@given(st.integers(2, 24), st.data())
def test_a_monotone_oracle_gives_a_set_that_cannot_be_smaller(count: int, data: st.DataObject) -> None:
    """Passes once all of one of several groups are gone: no part of the answer can be left in."""
    parts = names(count)
    groups = data.draw(st.lists(st.frozensets(st.sampled_from(parts), min_size=1), min_size=1, max_size=3))
    oracle = Oracle(parts, lambda removed: any(group <= removed for group in groups))
    found = smallest(parts, oracle, data.draw(st.sets(st.sampled_from(parts))))
    assert any(group <= found for group in groups)
    assert not any(group <= found - {part} for group in groups for part in found)
    size = len(found)
    assert len(oracle.asked) <= size * (math.ceil(math.log2(count)) + 2) + 1


@given(st.integers(1, 12), st.integers(0, 2**32), st.sampled_from([0, 1, 4, 8, 15, 16]), st.data())
def test_any_oracle_ends_and_the_answer_passes(count: int, salt: int, share: int, data: st.DataObject) -> None:
    """A verdict for each set by chance: not monotone, always failing, or always passing."""
    parts = names(count)

    def rule(removed: Parts) -> bool:
        return int(digest.of_json([salt, sorted(removed)])[0], 16) < share

    oracle = Oracle(parts, rule)
    found = smallest(parts, oracle, data.draw(st.sets(st.sampled_from(parts))))
    assert found
    assert found == set(parts) or rule(found)
    if len(found) > 1:
        assert not any(rule(found - {part}) for part in found)
    assert len(oracle.asked) <= 2**count


@given(st.lists(st.sampled_from(names(6)), min_size=2, max_size=12))
def test_names_may_come_twice_and_the_order_is_kept(parts: list[str]) -> None:
    asked: list[Parts] = []

    def rule(removed: Parts) -> bool:
        asked.append(removed)
        return parts[0] in removed

    assert smallest(parts, rule) == {parts[0]}
    again: list[Parts] = []
    smallest(parts, lambda removed: again.append(removed) or parts[0] in removed)  # type: ignore[func-returns-value]
    assert asked == again
