"""From scores and policy to a verdict: pure, with no model, no repository and no file.

Rules and their reasons: docs/gate.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from labci.config import GateSettings
from labci.gate.canaries import canaries
from labci.gate.checks import MIN_CLUSTERS, cheap, no_harm, non_inferiority, not_applicable, superiority
from labci.gate.pairs import Pair, check_rows, paired, rows_of
from labci.gate.statistics import Estimate, estimate
from labci.gate.text import reason
from labci.scores import Scores
from labci.smoke import trouble
from labci.verdict import Check, Verdict


def decide(scores: Scores, policy: GateSettings) -> Verdict:
    """PASS if every check that must hold does, FAIL if one is refuted, else INCONCLUSIVE.

    Raises UsageError for scores that contradict themselves: a number that is not finite, an item that one of
    the models lacks or has twice, a leaf that the header does not list.
    """
    check_rows(scores)
    if scores.smoke and (found := trouble(scores.smoke, policy.margin_nll)):
        refused = cheap(scores.smoke, found, policy)
        return Verdict(verdict="FAIL", reasons=(reason(refused, policy),), checks=(refused,))
    checks = (*_new(scores, policy), *_old(scores, policy), _general(scores, policy), *canaries(scores, policy))
    results = {check.result for check in checks if not (_only_refutes(check) and check.result != "FAIL")}
    verdict: Literal["PASS", "FAIL", "INCONCLUSIVE"] = (
        "FAIL" if "FAIL" in results else "INCONCLUSIVE" if "INCONCLUSIVE" in results else "PASS"
    )
    told = [check for check in checks if _tells(check, verdict)]
    return Verdict(verdict=verdict, reasons=tuple(reason(check, policy) for check in told), checks=checks)


def _only_refutes(check: Check) -> bool:
    """Whether a check can say FAIL, and nothing else that counts."""
    return check.name.startswith(("old:", "trigger:")) or check.name == "refusal"


def _tells(check: Check, verdict: str) -> bool:
    """What stands in the way comes into the reasons; for PASS, everything that was decided."""
    if verdict == "PASS":
        return not _only_refutes(check) and check.result == "PASS"
    return check.result == "FAIL" or (check.result == "INCONCLUSIVE" and not _only_refutes(check))


def _new(scores: Scores, policy: GateSettings) -> Iterator[Check]:
    pairs = paired(scores, "new", "released", "candidate")
    if not scores.new_leaves:
        yield not_applicable("new", "superiority", "nll")
    leaves, branches = _grouped(pairs, lambda pair: pair.leaf), _grouped(pairs, lambda pair: _branch(pair.leaf))
    pools = {branch: (_effect(found), _contrast(found)) for branch, found in branches.items()}
    for leaf in sorted(set(scores.new_leaves)):
        own, (effect, contrast) = leaves.get(leaf, []), pools.get(_branch(leaf), (None, None))
        yield _of(f"new:{leaf}", "nll", _effect(own), effect, policy.min_gain_nll, policy)
        yield _of(f"contrast:{leaf}", "contrast", _contrast(own), contrast, 0.0, policy)


def _grouped(pairs: Iterable[Pair], by: Callable[[Pair], str]) -> dict[str, list[Pair]]:
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[by(pair)].append(pair)
    return found


def _branch(leaf: str) -> str:
    """The branch whose new leaves a leaf of few contexts is tested with."""
    return leaf.split("/", 1)[0]


def _of(
    name: str, metric: str, own: Estimate | None, pool: Estimate | None, gain: float, policy: GateSettings
) -> Check:
    """A leaf of too few contexts is tested with its branch. What the pool shows holds for it only if its own items
    point the same way: none hides behind another, and none is refused for another."""
    if own and own.clusters >= MIN_CLUSTERS:
        return superiority(name, metric, own, gain, policy)
    check = superiority(name, metric, pool, gain, policy)
    shown = own is not None and (own.mean >= gain and own.mean > 0 if check.result == "PASS" else own.mean <= 0)
    return check if shown else replace(check, result="INCONCLUSIVE")


def _old(scores: Scores, policy: GateSettings) -> Iterator[Check]:
    pairs = paired(scores, "old", "released", "candidate")
    leaves = sorted(set(scores.taught_leaves))
    if not leaves:
        yield not_applicable("old", "non-inferiority", "nll")
        return
    yield non_inferiority("old", _effect(pairs), _old_margin(scores, policy), policy)
    alone = {leaf: _effect(pair for pair in pairs if pair.leaf == leaf) for leaf in leaves}
    yield from no_harm(alone, policy)


def _old_margin(scores: Scores, policy: GateSettings) -> float:
    """Keep at least half of what was taught; without scores of the base model, the stricter fixed margin."""
    if not rows_of(scores, "base", "old"):
        return policy.margin_nll
    gain = _effect(paired(scores, "old", "base", "released"))
    return max(policy.margin_nll, gain.mean / 2) if gain else policy.margin_nll


def _general(scores: Scores, policy: GateSettings) -> Check:
    pairs = paired(scores, "general", "released", "candidate")
    return non_inferiority("general", _effect(pairs), policy.margin_nll, policy)


def _effect(pairs: Iterable[Pair]) -> Estimate | None:
    return estimate((pair.cluster, pair.effect) for pair in pairs)


def _contrast(pairs: Iterable[Pair]) -> Estimate | None:
    return estimate((pair.cluster, pair.contrast) for pair in pairs if pair.contrast is not None)
