"""Small releases for the hubs' tests."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from labci import artifact, digest
from labci.lineage import MANIFEST, Manifest


def small(folder: Path, version: str, *, previous: str = "", text: str = "weights") -> Manifest:
    """A release folder without a model: a few files and a manifest with their digests."""
    artifact.write_json(folder / "config.json", {"model_type": "llama"})
    artifact.write_text(folder / "model.safetensors", text * 1000)
    artifact.write_text(folder / "README.md", f"---\nlicense: apache-2.0\n---\n\n# {version}\n")
    artifact.write_text(folder / "labci" / "lineage.jsonl", "")
    return sealed(folder, version, previous=previous)


def sealed(folder: Path, version: str, *, previous: str = "") -> Manifest:
    """Write the manifest of whatever is in the folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): digest.of_file(path) for path in paths}
    manifest = Manifest(
        version=version, commit="c" * 40, base_model="tiny", model=digest.of_json(files), lane="incremental",
        created="2026-01-01T00:00:00+00:00", run="0" * 16, previous=previous, files=files,
    )  # fmt: skip
    artifact.write_json(folder / MANIFEST, asdict(manifest))
    return manifest
