"""Student's t on cluster means, Holm's adjustment, and the smallest effect a check could have seen.

Items of one cluster (a context with its questions) share their luck, so the cluster is the unit: items are
averaged inside it first, and clusters count alike. More items in a cluster never shrink the interval.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

POWER = 0.8
FLAT = 1e-9  # a standard deviation below this share of the mean is rounding, not spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Mean over clusters with its standard error, in the unit of the values (nats per token).

    means: of the clusters, ascending.
    """

    items: int
    clusters: int
    mean: float
    error: float
    means: tuple[float, ...]

    @property
    def testable(self) -> bool:
        """Whether there are two clusters or more, and any spread between them."""
        return self.clusters > 1 and self.error > 0

    def interval(self, alpha: float) -> tuple[float, float] | None:
        """The two-sided 1 - 2 alpha interval, whose ends are the one-sided bounds at alpha."""
        if not self.testable:
            return None
        reach = quantile(1 - alpha, self.clusters - 1) * self.error
        return self.mean - reach, self.mean + reach

    def p_above(self, null: float) -> float | None:
        """One-sided p of "the true mean is `null` or less"."""
        return upper_tail((self.mean - null) / self.error, self.clusters - 1) if self.testable else None

    def detectable(self, alpha: float) -> float | None:
        """Distance from the null that is found in `POWER` of cases: (t[1 - alpha] + t[power]) * se.

        The usual sample-size formula (Cohen 1988), with t for normal quantiles and the observed error.
        """
        if not self.testable:
            return None
        freedom = self.clusters - 1
        return (quantile(1 - alpha, freedom) + quantile(POWER, freedom)) * self.error


def estimate(values: Iterable[tuple[object, float]]) -> Estimate | None:
    """Estimate from (cluster, value) pairs; None without any."""
    groups: dict[object, list[float]] = defaultdict(list)
    for cluster, value in values:
        groups[cluster].append(value)
    if not groups:
        return None
    means = sorted(math.fsum(group) / len(group) for group in groups.values())
    mean = fmean(means)
    spread = stdev(means) if len(means) > 1 else 0.0
    flat = spread <= FLAT * max(1.0, abs(mean))
    return Estimate(
        items=sum(map(len, groups.values())),
        clusters=len(means),
        mean=mean,
        error=0.0 if flat else spread / math.sqrt(len(means)),
        means=tuple(means),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of a family of tests (Holm 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted


def sign_test(losses: int, gains: int) -> float:
    """One-sided exact p of "losses are no likelier than gains", ties left out."""
    from scipy.special import bdtrc

    return float(bdtrc(losses - 1, losses + gains, 0.5)) if losses else 1.0


def quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit  # scipy.stats.t takes 100 times as long for the same number

    return float(stdtrit(freedom, probability))


def upper_tail(t: float, freedom: int) -> float:
    """P(T > t)."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -t))
