"""A model that a candidate is held against is never counted as worse than chance."""

from __future__ import annotations

from labci.evaluate.stage import from_chance


def test_only_models_compared_with_have_a_floor() -> None:
    """What the released model found odd is no gain when it is odd no more; what a candidate finds odd counts."""
    assert from_chance("released", -4.6) == 0.0
    assert from_chance("base", -0.1) == 0.0
    assert from_chance("released", 1.2) == 1.2
    assert from_chance("candidate", -1.9) == -1.9
    assert from_chance("base", None) is None
