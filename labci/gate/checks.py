"""The gate's checks: numbers in, one `Check` out.

Each rule keeps one property: where a check says FAIL, the mean is on the wrong side of what PASS asks, or a test
says so that worse items can't blind (`labci.gate.harm`). So no candidate that is worse can turn a FAIL into a PASS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labci.config import GateSettings
from labci.gate.harm import p_of_harm
from labci.gate.statistics import Estimate, holm
from labci.smoke import LOST_NATS, Smoke, Trouble, degenerate
from labci.verdict import Check, CheckKind, Result

MIN_CLUSTERS = 4  # fewer contexts than this say nothing about a leaf of their own


def superiority(name: str, metric: str, found: Estimate | None, gain: float, policy: GateSettings) -> Check:
    """PASS: mean at least `gain` and lower bound above zero. FAIL: no gain at all, or `gain` out of reach."""
    result: Result = "INCONCLUSIVE"
    if found and found.clusters >= MIN_CLUSTERS:
        bounds = found.interval(policy.alpha)
        if bounds and (found.mean <= 0 or bounds[1] < gain):
            result = "FAIL"
        elif bounds and bounds[0] > 0 and found.mean >= gain:
            result = "PASS"
    p = found.p_above(0.0) if found else None
    return _check(name, "superiority", metric, found, gain, p, result, policy)


def non_inferiority(name: str, found: Estimate | None, margin: float, policy: GateSettings) -> Check:
    """PASS: lower bound above -margin. FAIL: upper bound below it. Else INCONCLUSIVE."""
    result: Result = "INCONCLUSIVE"
    if found and found.clusters > 1:
        bounds = found.interval(policy.alpha)
        if bounds and bounds[1] < -margin:
            result = "FAIL"
        elif bounds and bounds[0] > -margin:
            result = "PASS"
    p = found.p_above(-margin) if found else None
    return _check(name, "non-inferiority", "nll", found, margin, p, result, policy)


def no_harm(leaves: Mapping[str, Estimate | None], policy: GateSettings) -> list[Check]:
    """One check a leaf: FAIL where it is significantly worse after Holm; INCONCLUSIVE here never blocks.

    `p` is the adjusted one, of "not worse" (`p_of_harm`). `ci` is unadjusted, and of the t-test alone. Which leaves are
    adjusted for goes by their clusters alone: no leaf that gets worse takes another out of sight.
    """
    tested = {leaf: p for leaf, found in leaves.items() if found and (p := p_of_harm(found.means)) is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return [_harm(leaf, found, adjusted.get(leaf), policy) for leaf, found in leaves.items()]


def _harm(leaf: str, found: Estimate | None, p: float | None, policy: GateSettings) -> Check:
    result: Result = "INCONCLUSIVE"
    if p is not None and p < policy.alpha:
        result = "FAIL"
    elif found and (bounds := found.interval(policy.alpha)) and bounds[0] > -policy.margin_nll:
        result = "PASS"
    return _check(f"old:{leaf}", "non-inferiority", "nll", found, 0.0, p, result, policy)


def limit(name: str, broken: Sequence[bool], good: Result = "PASS") -> Check:
    """An absolute limit: FAIL if any answer is broken, else `good`. `effect` is minus their share, `margin` 0."""
    check = not_applicable(name, "non-inferiority", "degenerate")
    if not broken:
        return check
    share, size = sum(broken) / len(broken), len(broken)
    return replace(check, items=size, clusters=size, effect=0.0 - share, result="FAIL" if share else good)


def cheap(seen: Smoke, found: Trouble, policy: GateSettings) -> Check:
    """The check that ended the evaluation early (`labci.smoke`): FAIL."""
    if found == "degenerate":
        return limit("degenerate", [degenerate(answer) for answer in seen.answers])
    bare = not_applicable(found, "superiority" if found == "loss" else "non-inferiority", "nll")
    if found == "loss":
        fall = None if seen.first is None or seen.last is None else seen.first - seen.last
        return replace(bare, metric="loss", items=seen.steps, clusters=seen.steps, effect=fall, result="FAIL")
    size, margin = len(seen.effects), max(LOST_NATS, policy.margin_nll)
    return replace(bare, items=size, clusters=size, effect=seen.shift, margin=margin, result="FAIL")


def not_applicable(name: str, kind: CheckKind, metric: str) -> Check:
    """A check that has nothing to look at, and rightly so: it does not block."""
    return Check(
        name=name, kind=kind, metric=metric, items=0, clusters=0, effect=None, ci=None, p=None, margin=0.0,
        detectable=None, result="NOT-APPLICABLE",
    )  # fmt: skip


def _check(
    name: str, kind: CheckKind, metric: str, found: Estimate | None, margin: float, p: float | None,
    result: Result, policy: GateSettings,
) -> Check:  # fmt: skip
    return Check(
        name=name,
        kind=kind,
        metric=metric,
        items=found.items if found else 0,
        clusters=found.clusters if found else 0,
        effect=found.mean if found else None,
        ci=found.interval(policy.alpha) if found else None,
        p=p,
        margin=margin,
        detectable=found.detectable(policy.alpha) if found else None,
        result=result,
    )
