"""How much of what each contributor brings may be trained on, so that nobody outweighs the others."""

from __future__ import annotations

from collections.abc import Mapping

FEW = 3  # with fewer contributors than that, a cap would only say that they must bring the same


def kept_shares(weights: Mapping[str, float], most: float) -> dict[str, float]:
    """The part of each contributor's own weight that may stay, so that none has more than `most` of what stays.

    weights: what each brings, in any one unit. most: a share, above 0; where all of them would be above it, each
    keeps as much as the smallest. With fewer than `FEW` contributors, all of it stays.
    """
    level = _level(sorted(weights.values(), reverse=True), most) if len(weights) >= FEW else float("inf")
    return {name: min(1.0, level / weight) if weight else 1.0 for name, weight in weights.items()}


def _level(weights: list[float], most: float) -> float:
    """The weight that nobody may exceed: `most` of the sum of what stays. weights: descending."""
    rest = sum(weights)
    for capped, weight in enumerate(weights):
        level = most * rest / (1 - capped * most) if capped * most < 1 else weights[-1]
        if weight <= level:
            return level
        rest -= weight
    return weights[-1]
