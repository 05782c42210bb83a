"""Scores of two models on the same items, paired; whatever doesn't pair up is an error, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labci.errors import UsageError
from labci.scores import Role, Row, Scores, Suite
from labci.smoke import Smoke

Key = tuple[str, str]  # leaf, item
MOST = 1e6  # nats per token: no model is that far off, and sums of such numbers stay finite
AGAIN = "run the evaluation again: labci evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What changed on one item, positive is better: effect is NLL before - after, contrast after - before."""

    leaf: str
    cluster: Key
    effect: float
    contrast: float | None


def check_rows(scores: Scores) -> None:
    """Raise UsageError for numbers that are not finite or beyond `MOST`, and for leaves not listed."""
    new, taught = set(scores.new_leaves), set(scores.taught_leaves)
    listed = {"new": ("new_leaves", new), "old": ("taught_leaves", taught)}
    if scores.smoke:
        _check_smoke(scores.smoke)
    for number, row in enumerate(scores.rows):
        for name, value in (("nll", row.nll), ("contrast", row.contrast), ("f1", row.f1)):
            _check_number(f"rows[{number}].{name} of item {row.item!r}", value)
        field, leaves = listed.get(row.suite, ("", {row.leaf}))
        if row.leaf not in leaves:
            what = f"scores: rows[{number}] is of suite {row.suite!r}, but {field} has no {row.leaf!r}"
            raise UsageError(what, hint=AGAIN)


def _check_smoke(seen: Smoke) -> None:
    """None stands for what was not finite when it was measured; "not a number" itself would pass every comparison."""
    named = {"first": seen.first, "last": seen.last}
    named |= {f"effects[{number}]": value for number, value in enumerate(seen.effects)}
    for name, value in named.items():
        _check_number(f"smoke.{name}", value)


def _check_number(place: str, value: float | None) -> None:
    if value is not None and not abs(value) <= MOST:  # nor is it "not a number"
        raise UsageError(f"scores: {place} is {str(value)[:24]}", hint=AGAIN)


def rows_of(scores: Scores, model: Role, suite: Suite) -> dict[Key, Row]:
    """Rows of one model on one suite; UsageError if an item is scored twice."""
    found: dict[Key, Row] = {}
    for row in scores.rows:
        if row.model == model and row.suite == suite:
            if (row.leaf, row.item) in found:
                what = f"scores: {model} has item {row.item!r} of suite {suite!r} twice"
                raise UsageError(what, hint=AGAIN)
            found[row.leaf, row.item] = row
    return found


def paired(scores: Scores, suite: Suite, before: Role, after: Role) -> tuple[Pair, ...]:
    """Items of a suite, scored by both models; UsageError where the two sets of items differ."""
    old, new = rows_of(scores, before, suite), rows_of(scores, after, suite)
    _same_items(old, new, suite, before, after)
    return tuple(_pair(old[key], new[key]) for key in sorted(old))


def _same_items(old: Mapping[Key, Row], new: Mapping[Key, Row], suite: str, before: str, after: str) -> None:
    if odd := sorted(old.keys() ^ new.keys()):
        lacking = after if odd[0] in old else before
        what = f"scores: {len(odd)} items of suite {suite!r} are not scored by both {before} and {after}"
        raise UsageError(f"{what}; {lacking} lacks {odd[0][1]!r}", hint=AGAIN)
    for key in old:
        if old[key].cluster != new[key].cluster or (old[key].contrast is None) != (new[key].contrast is None):
            what = f"scores: {before} and {after} differ in cluster or kind of score"
            raise UsageError(f"{what} on item {key[1]!r} of suite {suite!r}", hint=AGAIN)


def _pair(old: Row, new: Row) -> Pair:
    both = old.contrast is not None and new.contrast is not None
    return Pair(
        leaf=old.leaf,
        cluster=(old.leaf, old.cluster or old.item),  # an item without a context is its own cluster
        effect=old.nll - new.nll,
        contrast=new.contrast - old.contrast if both else None,  # type: ignore[operator]
    )
