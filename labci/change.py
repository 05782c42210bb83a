"""What changed between two commits: leaves, seeds and document references (`changes.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["added", "modified", "renamed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Keys (seed digests, or document references) that came, went or stayed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed leaf. `path` is below the taxonomy root; `old` is set for renames."""

    path: str
    status: Status
    old: str | None
    seeds: Delta
    documents: Delta

    def to_json(self) -> dict[str, Any]:
        """The object of `diff --format json` (schemas/diff.json)."""
        value: dict[str, Any] = {"path": self.path, "status": self.status}
        if self.old is not None:
            value["from"] = self.old
        as_lists = {
            name: {k: list(v) for k, v in asdict(getattr(self, name)).items()} for name in ("seeds", "documents")
        }
        return value | as_lists

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Change:
        """Inverse of `to_json`."""
        deltas = {n: Delta(**{k: tuple(v) for k, v in value[n].items()}) for n in ("seeds", "documents")}
        return cls(path=value["path"], status=value["status"], old=value.get("from"), **deltas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All changes between two commits; `head` is "worktree" for uncommitted files."""

    base: str
    head: str
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """`changes.json`."""
        return {"version": 1, "base": self.base, "head": self.head, "changes": [c.to_json() for c in self.changes]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Changes:
        """Inverse of `to_json`."""
        changes = tuple(Change.from_json(item) for item in value["changes"])
        return cls(base=value["base"], head=value["head"], changes=changes)
