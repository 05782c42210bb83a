"""What a release was taught, contribution by contribution, and the manifest that vouches for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from labci import artifact, digest

MANIFEST = "labci/manifest.json"
LINEAGE = "labci/lineage.jsonl"
REMOVED = "labci/removed.jsonl"  # where there are any
ADDED = (".gitattributes", ".cache")  # by the Hugging Face Hub and its client


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody's decision to release what the gate did not pass. verdict: what the gate had said."""

    reason: str
    by: str
    verdict: str = ""

    def __str__(self) -> str:
        return f"released over the gate's {self.verdict} by {self.by}: {self.reason}"

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Override | None:
        """Inverse of `dataclasses.asdict`, for None too."""
        return None if value is None else cls(**{name: str(value[name]) for name in ("reason", "by", "verdict")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One taught leaf: a line of `labci/lineage.jsonl`.

    units: store keys (area "samples") of its units of work. taught: question keys, which are never held out
    later. since: the release that taught it first. attribution: the five keys of attribution.txt.
    documents: {"repo", "commit", "path", "sha256"} of each document read. override: if the gate did not pass what
    taught this.
    """

    leaf: str
    commit: str
    authors: tuple[str, ...]
    attribution: Mapping[str, str]
    units: tuple[str, ...]
    taught: tuple[str, ...]
    samples: int
    documents: tuple[Mapping[str, str], ...] = ()
    since: str = ""
    override: Override | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Contribution:
        """Inverse of `dataclasses.asdict`."""
        tuples = {name: tuple(value[name]) for name in ("authors", "units", "taught", "documents")}
        return cls(**{**value, **tuples, "override": Override.from_json(value.get("override"))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`labci/manifest.json` of a release. `files` has the sha256 of every other file of the release."""

    version: str
    commit: str  # taxonomy commit
    base_model: str
    model: str  # digest of the weights
    lane: str
    created: str  # ISO 8601, UTC
    run: str
    previous: str = ""
    teacher: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Any] = field(default_factory=dict)  # manifests of the run's stages
    override: Override | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Manifest:
        """Inverse of `dataclasses.asdict`; keys of later versions are ignored."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        return cls(**{**known, "override": Override.from_json(known.get("override"))})


@dataclass(frozen=True, kw_only=True)  # no slots: what is asked of every unit is kept once it was worked out
class Released:
    """The model that counts as released, on disk. Before the first release: the base model, no manifest.

    removed: contributions that are taught no more, though the weights descend from a training that had them.
    """

    folder: Path
    manifest: Manifest | None = None
    contributions: tuple[Contribution, ...] = ()
    removed: tuple[Contribution, ...] = ()

    @property
    def version(self) -> str:
        """The release's; "" before the first one."""
        return self.manifest.version if self.manifest else ""

    @cached_property
    def taught(self) -> frozenset[str]:
        """Question keys of what is taught."""
        return frozenset(key for item in self.contributions for key in item.taught)

    @cached_property
    def ever_taught(self) -> frozenset[str]:
        """Question keys that these weights may have seen: never held out."""
        return self.taught | {key for item in self.removed for key in item.taught}

    @cached_property
    def units(self) -> frozenset[str]:
        """Store keys of every taught unit."""
        return frozenset(key for item in self.contributions for key in item.units)

    def contribution(self, leaf: str) -> Contribution | None:
        """What was taught of a leaf."""
        return self._leaves.get(leaf)

    @cached_property
    def _leaves(self) -> dict[str, Contribution]:
        return {item.leaf: item for item in self.contributions}


def read(folder: Path) -> Released:
    """The release in a model folder; UsageError if it is none."""
    manifest = Manifest.from_json(artifact.read_json(folder / MANIFEST))
    return Released(
        folder=folder, manifest=manifest, contributions=_rows(folder / LINEAGE),
        removed=_rows(folder / REMOVED) if (folder / REMOVED).exists() else (),
    )  # fmt: skip


def _rows(file: Path) -> tuple[Contribution, ...]:
    return tuple(map(Contribution.from_json, artifact.read_jsonl(file)))


def file_problems(folder: Path, manifest: Manifest) -> list[str]:
    """What differs between a release's files and the digests in its manifest; empty if nothing does.

    The manifest itself and what a hub adds to a download are left out.
    """
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    own = {name for name in found if name != MANIFEST and name.split("/")[0] not in ADDED}
    problems = [f"{name}: missing" for name in sorted(manifest.files.keys() - own)]
    problems += [f"{name}: not in the manifest" for name in sorted(own - manifest.files.keys())]
    for name in sorted(own & manifest.files.keys()):
        if digest.of_file(found[name]) != manifest.files[name]:
            problems.append(f"{name}: sha256 differs from the manifest")
    return problems


def as_row(item: Contribution) -> dict[str, Any]:
    """A line of lineage.jsonl; `override` is there where there was one."""
    return {name: value for name, value in asdict(item).items() if name != "override" or value is not None}
