"""What the search for the bad contribution found (`blame.json`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from labci.blame.probe import Probe
from labci.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A leaf that must go for the rest to pass. status: what the run's commits did to it."""

    leaf: str
    status: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A check that failed, and the same check without the culprits, where it was made. Nats per token."""

    check: str
    metric: str
    margin: float
    effect: float | None
    result: str
    effect_without: float | None
    result_without: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The smallest set of contributions whose removal passes.

    why: one sentence. contributions: the leaves that were searched. culprits: none where there was nothing to
    search, all of them where no part of them passes. probes: in the order in which they were tried. next: what a
    maintainer can do.
    """

    verdict: Verdict
    why: str
    contributions: tuple[str, ...]
    culprits: tuple[Culprit, ...] = ()
    worse: tuple[Worse, ...] = ()
    probes: tuple[Probe, ...] = ()
    next: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON document (schemas/blame.json)."""
        return {
            "version": 1,
            "verdict": self.verdict.verdict,
            "why": self.why,
            "contributions": list(self.contributions),
            "culprits": [asdict(item) | {"authors": list(item.authors)} for item in self.culprits],
            "worse": [asdict(item) for item in self.worse],
            "probes": [item.to_json() for item in self.probes],
            "next": list(self.next),
        }


def worse(verdict: Verdict, without: Verdict | None) -> tuple[Worse, ...]:
    """The failed checks of a verdict beside those of the one that passed."""
    passed = {check.name: check for check in without.checks} if without else {}
    found = []
    for check in verdict.checks:
        if check.result == "FAIL":
            peer = passed.get(check.name)
            found.append(
                Worse(
                    check=check.name, metric=check.metric, margin=check.margin, effect=check.effect,
                    result=check.result, effect_without=peer.effect if peer else None,
                    result_without=peer.result if peer else None,
                )
            )  # fmt: skip
    return tuple(found)
