"""Samples and rejects: every candidate ends as one or the other (`samples.jsonl`, `rejects.jsonl`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from labci import digest
from labci.leaf import Kind

GAP = "___"
Phase = Literal["short", "long", "skill"]
REASONS = (
    "unparsable", "truncated", "duplicate-in-leaf", "duplicate-in-tree", "echoes-seed", "leaks-heldout",
    "not-grounded", "judged-low", "not-self-contained", "injected", "special-token", "too-long", "surplus",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Where in a document a sample comes from; `start` and `end` are offsets in characters."""

    repo: str
    commit: str
    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One training conversation with its provenance. `unit` is the seed or chunk digest it was made from.

    rewords: the question that this one asks in other words.
    """

    leaf: str
    unit: str
    kind: Kind
    phase: Phase
    question: str
    answer: str
    seed: str | None = None
    context: str | None = None
    document: Passage | None = None
    span: str | None = None
    teacher: str = ""
    flow: str = ""
    requests: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    rewords: str | None = None

    @property
    def prompt(self) -> str:
        """What the user says: a grounded sample carries its context above the question."""
        return f"{self.context}\n\n{self.question}" if self.context and self.kind == "grounded" else self.question

    @property
    def id(self) -> str:
        """sha256 of the conversation, without the leaf: a renamed leaf keeps its samples."""
        return digest.of_json([digest.fold(self.prompt), digest.fold(self.answer)])

    @property
    def gapped(self) -> str:
        """The fact with a gap for the answer: "The motor draws ___."; "" for what was not made from a fact."""
        fact, span = self.context or "", self.span
        return fact.replace(span, GAP, 1) if span and span in fact else ""

    def to_json(self) -> dict[str, Any]:
        """A line of samples.jsonl (schemas/sample.json)."""
        value = asdict(self)
        value.update(id=self.id, requests=list(self.requests), scores=dict(self.scores))
        value["messages"] = [{"role": "user", "content": self.prompt}, {"role": "assistant", "content": self.answer}]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Sample:
        """Inverse of `to_json`; unknown keys are ignored."""
        known = {f.name: value[f.name] for f in fields(cls) if f.name in value}
        known["requests"] = tuple(known.get("requests", ()))
        known["document"] = Passage(**known["document"]) if known.get("document") else None
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A candidate that was dropped: at which step, for which reason of `REASONS`, with what detail."""

    sample: Sample
    stage: str
    reason: str
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """A line of rejects.jsonl."""
        return {**self.sample.to_json(), "stage": self.stage, "reason": self.reason, "detail": self.detail}
