"""Whether a leaf got worse, by a test that sees no less of it when some of its items get worse still.

Student's t alone does: one cluster that loses far more than the others widens the interval faster than it moves the
mean. Here it is made isotonic: p is the least that the t-test gives to any values that are as good or better,
cluster by cluster (Barlow, Bartholomew, Bremner and Brunk, "Statistical Inference under Order Restrictions", 1972,
have the idea). The least one is always found by raising the lowest clusters to one level. Where that leaves hardly any
spread, nothing would be chance any more, so that a spread below `LEAST_SPREAD` counts as that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean

from labci.gate.statistics import upper_tail

LEAST_SPREAD = 0.25  # nats per token; half of what contexts of a leaf differ by (standard deviation 0.4 to 0.6)


def p_of_harm(means: Sequence[float]) -> float | None:
    """One-sided p of "the true mean is 0 or more"; None of fewer than two, 1 where nothing speaks against it.

    means: of the clusters, ascending, in nats per token. How often it is wrong: docs/gate.md.
    """
    if len(means) < 2:
        return None
    ratio = min(_ratio(values) for values in _raised(means))
    return upper_tail(-ratio, len(means) - 1) if ratio < 0 else 1.0


def _raised(means: Sequence[float]) -> Iterator[list[float]]:
    """The values with the lowest ones raised to a level: to each of themselves, and to the levels that may be best."""
    for count in range(1, len(means) + 1):
        rest, low = list(means[count:]), means[count - 1]
        for level in (low, *(min(max(low, level), rest[0]) for level in _levels(count, rest))):
            yield [level] * count + rest


def _levels(count: int, rest: Sequence[float]) -> Iterator[float]:
    """Where the ratio of mean to spread is least while `count` values are moved and the rest stays.

    With u the mean of the rest, w its sum of squares and d = u - level the ratio's derivative is zero at
    d = -w / (u * len(rest)). Below a spread of `LEAST_SPREAD` a lower level only loses more, up to where it is that.
    """
    if not rest:
        return
    middle = fmean(rest)
    squares = math.fsum((value - middle) ** 2 for value in rest)
    size = count + len(rest)
    spare = (size - 1) * LEAST_SPREAD**2 - squares
    if spare > 0:
        yield middle - math.sqrt(spare * size / (count * len(rest)))
    if middle < 0:
        yield middle + squares / (middle * len(rest))


def _ratio(values: Sequence[float]) -> float:
    """Student's t of some values, whose standard deviation counts as `LEAST_SPREAD` at least."""
    mean = fmean(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return mean * math.sqrt(len(values)) / max(spread, LEAST_SPREAD)
