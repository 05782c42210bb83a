"""What card, changelog and bill of materials tell about a release."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labci.lineage import Contribution, Override
from labci.scores import Row, Scores
from labci.transfer import Matrix
from labci.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A release before its files are written.

    before: contributions of the release that it follows. removed: those that were taken out since they were taught.
    transfer: what it and its ancestors measured.
    """

    version: str
    commit: str
    base_model: str
    lane: str
    teacher: str
    hub: str
    created: str
    contributions: tuple[Contribution, ...]
    scores: Scores
    verdict: Verdict
    transfer: Matrix
    previous: str = ""
    before: tuple[Contribution, ...] = ()
    removed: tuple[Contribution, ...] = ()
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Means of one model over the items of a suite, or of a leaf in it. nll: nats per token."""

    items: int
    nll: float
    f1: float
    exact: float


def score(rows: Iterable[Row], model: str, suite: str, leaf: str | None = None) -> Score | None:
    """The mean scores of a model; None where it has no items."""
    found = [row for row in rows if row.model == model and row.suite == suite and leaf in (None, row.leaf)]
    if not found:
        return None
    count = len(found)
    return Score(
        items=count,
        nll=sum(row.nll for row in found) / count,
        f1=sum(row.f1 for row in found) / count,
        exact=sum(row.exact for row in found) / count,
    )
