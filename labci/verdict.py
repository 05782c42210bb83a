"""The gate's decision (`verdict.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Result = Literal["PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE"]
CheckKind = Literal["superiority", "non-inferiority"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of the gate. Numbers are nats per token; None where they can't be computed."""

    name: str
    kind: CheckKind
    metric: str
    items: int
    clusters: int
    effect: float | None
    ci: tuple[float, float] | None
    p: float | None
    margin: float
    detectable: float | None
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """PASS, FAIL or INCONCLUSIVE, with reasons that a contributor can read."""

    verdict: Literal["PASS", "FAIL", "INCONCLUSIVE"]
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 4 INCONCLUSIVE."""
        return {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 4}[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """The JSON document (schemas/verdict.json)."""
        checks = [asdict(check) | {"ci": list(check.ci) if check.ci else None} for check in self.checks]
        return {"version": 1, "verdict": self.verdict, "reasons": list(self.reasons), "checks": checks}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Verdict:
        """Inverse of `to_json`."""
        checks = tuple(Check(**{**c, "ci": tuple(c["ci"]) if c["ci"] else None}) for c in value["checks"])
        return cls(verdict=value["verdict"], reasons=tuple(value["reasons"]), checks=checks)
