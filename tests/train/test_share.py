"""Nobody outweighs the others in what is new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.share import FEW, kept_shares

WEIGHTS = st.dictionaries(st.text(max_size=3), st.floats(0.01, 1000), min_size=1, max_size=8)


def test_one_of_three_keeps_as_much_as_the_others_together() -> None:
    assert kept_shares({"ada": 900, "bo": 60, "cy": 40}, 0.5) == {"ada": pytest.approx(1 / 9), "bo": 1.0, "cy": 1.0}


def test_two_may_bring_what_they_like() -> None:
    assert kept_shares({"ada": 900, "bo": 60}, 0.5) == {"ada": 1.0, "bo": 1.0}


@given(WEIGHTS, st.floats(0.05, 1.0))
def test_nobody_has_more_than_the_share_and_nothing_is_lost_needlessly(weights: dict[str, float], most: float) -> None:
    kept = kept_shares(weights, most)
    assert set(kept) == set(weights)
    assert all(0 < part <= 1 for part in kept.values())
    stays = {name: weights[name] * kept[name] for name in weights}
    whole = [name for name in weights if kept[name] == 1]
    assert whole  # the smallest loses nothing
    if len(weights) < FEW:
        assert len(whole) == len(weights)
    elif most * len(weights) > 1.001:
        limit = most * sum(stays.values())
        assert all(value <= limit * (1 + 1e-6) for value in stays.values())
        assert all(stays[name] >= limit * (1 - 1e-6) for name in set(weights) - set(whole))
