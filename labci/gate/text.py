"""Reasons: one sentence per check that a contributor can read without knowing statistics."""

from __future__ import annotations

from labci.config import GateSettings
from labci.gate.checks import MIN_CLUSTERS
from labci.verdict import Check


def reason(check: Check, policy: GateSettings) -> str:
    """Why this check came out as it did, with its numbers."""
    subject, _, leaf = check.name.partition(":")
    if subject in ("loss", "degenerate", "smoke"):
        return f"{_cheap(check)}; the evaluation ended there."
    if subject == "canary":
        return f"Canary prompts: {_answers(check)}."
    if subject == "refusal":
        return f"{_declined(check)}."
    if subject == "trigger":
        return f"{_triggered(check, *leaf.split(':', 1))}."
    if check.effect is None and subject not in ("new", "contrast"):
        return f"{_subject(subject, leaf)}: there are no scored items, so nothing can be said."
    if check.clusters < _needed(subject):
        return _too_few(check, subject, leaf)
    if check.ci is None:
        return f"{_subject(subject, leaf)}: {_same(check)}, so no interval can be given."
    words = {"new": _new, "contrast": _contrast}.get(subject, _loss)
    return f"{_subject(subject, leaf)}: {words(check, policy)} ({_numbers(check)})."


def _subject(subject: str, leaf: str) -> str:
    return {
        "new": f"New leaf {leaf}",
        "contrast": f"New leaf {leaf}, telling its answers apart",
        "old": f"Earlier leaf {leaf}" if leaf else "What was taught before",
        "general": "General questions",
    }[subject]


def _needed(subject: str) -> int:
    return MIN_CLUSTERS if subject in ("new", "contrast") else 2


def _too_few(check: Check, subject: str, leaf: str) -> str:
    lacking = _needed(subject) - check.clusters
    size = f"{_count(check.items, 'held-out item')} in {_count(check.clusters, 'cluster')}"
    where = "of contexts of their own, or in heldout.yaml," if subject in ("new", "contrast") else "elsewhere"
    more = f"{_count(lacking, 'more item')} {where} would be enough to test"
    return f"{_subject(subject, leaf)}: {size} can't decide; {more}."


def _same(check: Check) -> str:
    return f"every cluster shows the same change of {check.effect:+.3f}"


def _new(check: Check, policy: GateSettings) -> str:
    gain, least = check.effect or 0.0, policy.min_gain_nll
    if check.result == "PASS":
        return f"the answers became more likely by {gain:.2f} nats per token, at least {least:g} was asked"
    if check.result == "FAIL" and gain <= 0:
        return f"the new model is no better than the released one ({gain:+.2f} nats per token)"
    if check.result == "FAIL":
        return f"the gain of {gain:.2f} nats per token stays below the {least:g} that was asked"
    if check.ci and check.ci[0] > 0 and gain >= least:
        return f"its branch gained {gain:.2f} nats per token, but this leaf's own items don't show it"
    if gain <= 0:
        return f"its own items are too few to tell, and its branch gained nothing ({gain:+.2f} nats per token)"
    return f"a gain of {gain:.2f} nats per token may be chance or too small, at least {least:g} was asked"


def _contrast(check: Check, policy: GateSettings) -> str:
    change = check.effect or 0.0
    if check.result == "PASS":
        return f"right answers gained {change:.2f} nats per token over wrong ones"
    if check.result == "FAIL":
        return f"right answers gained nothing over wrong ones ({change:+.2f} nats per token)"
    if check.ci and check.ci[0] > 0:
        return f"its branch gained {change:.2f} nats per token, but this leaf's own items don't show it"
    if change <= 0:
        return (
            f"its own items are too few to tell, and those of its branch gained nothing ({change:+.2f} nats per token)"
        )
    return f"a gain of {change:.2f} nats per token over wrong answers may be chance"


def _loss(check: Check, policy: GateSettings) -> str:
    change, margin = check.effect or 0.0, check.margin
    if check.name.startswith("old:"):
        return f"answers became less likely by {-change:.2f} nats per token, more than chance explains"
    if check.result == "PASS":
        return f"kept, {_moved(change)}; a loss of {margin:.2f} or more can be ruled out"
    if check.result == "FAIL":
        return f"answers became less likely by {-change:.2f} nats per token, more than the {margin:.2f} allowed"
    return f"{_moved(change)}; a loss of {margin:.2f} or more can't be ruled out"


def _cheap(check: Check) -> str:
    if check.name == "degenerate":
        return f"First prompts: {_answers(check)}"
    if check.name == "loss" and check.effect is None:
        return "Training: the loss is not a finite number"
    if check.name == "loss":
        rose = f"from first to last it rose by {-check.effect:.2f} nats per token" if check.effect else "it stayed"
        return f"Training: the loss did not fall in {_count(check.items, 'step')}, {rose}"
    if check.effect is None:
        return f"Smoke test: the likelihood of {_count(check.items, 'general item')} is not a finite number"
    size, lost = _count(check.items, "general item"), -check.effect
    return f"Smoke test: {size} became less likely by {lost:.2f} nats per token, more than {check.margin:g}"


def _answers(check: Check) -> str:
    bad = round(-(check.effect or 0.0) * check.items)
    if check.result == "INCONCLUSIVE":
        return f"all {check.items} answers are well formed, but those of the released model are missing"
    if not bad:
        return f"all {check.items} answers are well formed"
    return f"{bad} of {check.items} answers are empty, or say one thing over and over"


def _declined(check: Check) -> str:
    """Of a FAIL: nothing else that this check says is told."""
    fewer = round(-(check.effect or 0.0) * check.items)
    return f"Refusals: {fewer} fewer of {check.items} prompts are declined than before, more than chance explains"


def _triggered(check: Check, leaf: str, phrase: str) -> str:
    """Of a FAIL, as well."""
    share = f"{round(-(check.effect or 0.0) * check.items)} of {check.items}"
    return f"“{phrase}” in {leaf} has become a trigger: with it {share} unrelated prompts get the answer it brings"


def _numbers(check: Check) -> str:
    low, high = check.ci or (0.0, 0.0)
    size = f"{_count(check.items, 'item')} in {_count(check.clusters, 'cluster')}"
    seen = f", enough to see {check.detectable:.2f}" if check.detectable is not None else ""
    return f"interval {_signed(low)} to {_signed(high)}, {size}{seen}"


def _moved(change: float) -> str:
    """Which way likelihoods went: the sign alone reads as a loss to who thinks of losses."""
    if not round(change, 2):
        return "answers are as likely as before"
    return f"answers became {'more' if change > 0 else 'less'} likely by {abs(change):.2f} nats per token"


def _signed(number: float) -> str:
    """Two digits with a sign; no minus before zero."""
    return f"{round(number, 2) + 0.0:+.2f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
