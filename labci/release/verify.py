"""Is a release what it says it is? Digests of every file, and the chain from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labci import artifact, digest, lineage
from labci.errors import LabciError
from labci.hubs import VERSION, order
from labci.lineage import Manifest, Released

NEEDED = (
    "config.json", "README.md", "CHANGELOG.md",
    "labci/lineage.jsonl", "labci/scores.json", "labci/verdict.json", "labci/bom.cdx.json",
)  # fmt: skip


def verify(folder: Path) -> list[str]:
    """Everything that is wrong with a release folder, one sentence each; empty if nothing is."""
    try:
        found = lineage.read(folder)
        verdict = artifact.read_json(folder / "labci" / "verdict.json")["verdict"]
    except LabciError as error:
        return [error.message]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return [f"{folder / 'labci'}: not a release of labci ({type(error).__name__}: {error})"]
    if found.manifest is None:
        return [f"{folder}: no manifest"]
    problems = [f"{name}: not listed in the manifest" for name in NEEDED if name not in found.manifest.files]
    if not any(name.endswith(".safetensors") for name in found.manifest.files):
        problems.append("no weights (*.safetensors) are listed in the manifest")
    problems += _decision(verdict, found.manifest)
    problems += lineage.file_problems(folder, found.manifest)
    return [*problems, *_chain(folder, found.manifest.stages), *_history(found, found.manifest)]


def _decision(verdict: str, manifest: Manifest) -> Iterator[str]:
    """The gate passed it, or somebody with a name and a reason released it over this very verdict."""
    override = manifest.override
    if override is None:
        if verdict != "PASS":
            yield f"labci/verdict.json says {verdict}, not PASS, and the manifest has no override"
        return
    if verdict == "PASS" or override.verdict != verdict:
        yield f"labci/manifest.json: an override of {override.verdict or 'nothing'}, but the verdict is {verdict}"
    yield from (
        f"labci/manifest.json: an override without its {name}"
        for name, value in (("reason", override.reason), ("by", override.by))
        if not value.strip()
    )


def _chain(folder: Path, stages: Mapping[str, Any]) -> Iterator[str]:
    """Training wrote the checkpoint that was evaluated, whose scores the gate read, whose verdict is here."""
    links = (
        ("checkpoint", ("train", "outputs"), ("evaluate", "inputs")),
        ("scores.json", ("evaluate", "outputs"), ("gate", "inputs")),
        ("verdict.json", ("gate", "outputs"), None),
    )
    for name, source, target in links:
        made = _digest(stages, source, name)
        if made is None:
            yield f"labci/manifest.json: the stage {source[0]} does not say what {name} was"
        if target and made != _digest(stages, target, name):
            yield f"labci/manifest.json: {name} is not the same in {source[0]} and {target[0]}"
        shipped = folder / "labci" / name
        if shipped.is_file() and digest.of_file(shipped) != made:
            yield f"labci/{name}: not what the stage {source[0]} wrote"


def _digest(stages: Mapping[str, Any], place: tuple[str, str], name: str) -> str | None:
    value: Any = stages
    for part in (*place, name):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def _history(found: Released, manifest: Manifest) -> Iterator[str]:
    if not VERSION.fullmatch(manifest.version):
        yield f"labci/manifest.json: {manifest.version!r} is no version"
        return
    if manifest.previous and not _before(manifest.previous, manifest.version):
        yield f"labci/manifest.json: {manifest.previous!r} does not come before {manifest.version}"
    seen: set[str] = set()
    for item in found.contributions:
        if item.leaf in seen:
            yield f"labci/lineage.jsonl: {item.leaf} is there twice"
        seen.add(item.leaf)
        if item.since != manifest.version and not _before(item.since, manifest.version):
            yield f"labci/lineage.jsonl: {item.leaf} since {item.since!r}, after {manifest.version}"
    for item in found.removed:
        if not _before(item.since, manifest.version):
            yield f"labci/removed.jsonl: {item.leaf} since {item.since!r}, not before {manifest.version}"


def _before(earlier: str, later: str) -> bool:
    return bool(VERSION.fullmatch(earlier)) and order(earlier) < order(later)
