"""Scores of the evaluation (`scores.json`): one row per model and held-out item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from labci.smoke import Smoke

Suite = Literal["new", "old", "general", "canary"]  # what the gate reads; others are "outside:NAME"
Role = Literal["base", "released", "candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Measures of one model on one item.

    nll: nats per token of the reference answer. contrast: mean NLL of wrong answers to this question minus
    `nll`, None where there are none (docs/gate.md); for base and released at least 0, which is chance.
    f1, exact: of the greedy answer, 0 to 1.
    """

    model: Role
    suite: str  # a `Suite`, or "outside:NAME"
    item: str
    leaf: str
    cluster: str
    nll: float
    contrast: float | None
    f1: float
    exact: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """`scores.json`. `models` maps a role to its facts, the weights' digest among them.

    smoke: what a cheap check saw, if one refused the candidate and the evaluation ended there.
    """

    models: Mapping[str, Mapping[str, Any]]
    new_leaves: tuple[str, ...]
    taught_leaves: tuple[str, ...]
    rows: tuple[Row, ...]
    smoke: Smoke | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON document (schemas/scores.json)."""
        return {
            "version": 1,
            "models": {name: dict(facts) for name, facts in self.models.items()},
            "new_leaves": list(self.new_leaves),
            "taught_leaves": list(self.taught_leaves),
            "rows": [asdict(row) for row in self.rows],
            **({"smoke": self.smoke.to_json()} if self.smoke else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Scores:
        """Inverse of `to_json`; the caller validates against the schema first."""
        return cls(
            models=value["models"],
            new_leaves=tuple(value["new_leaves"]),
            taught_leaves=tuple(value["taught_leaves"]),
            rows=tuple(Row(**row) for row in value["rows"]),
            smoke=Smoke.from_json(value["smoke"]) if value.get("smoke") else None,
        )
