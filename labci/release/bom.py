"""A bill of materials of the model: CycloneDX 1.6 with a model card and one data component a contribution.

Format: https://cyclonedx.org/docs/1.6/json/ (ML-BOM).
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from labci import __version__, artifact, digest
from labci.lineage import Contribution
from labci.release.card import base_of
from labci.release.facts import Facts, score

MODEL, BASE = "model", "base-model"


def bom(facts: Facts, folder: Path) -> dict[str, Any]:
    """The document; `folder` holds the weights, whose digests it lists."""
    data = [_data(item) for item in facts.contributions] + [_data(item, removed=True) for item in facts.removed]
    key = digest.of_json([facts.version, facts.commit, facts.created])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}",
        "version": 1,
        "metadata": {
            "timestamp": facts.created,
            "tools": {"components": [{"type": "application", "name": "labci", "version": __version__}]},
            "component": _model(facts, folder, data),
        },
        "components": [_base(facts), *data],
        "dependencies": [
            {"ref": MODEL, "dependsOn": [BASE, *(item["bom-ref"] for item in data)]},
            {"ref": BASE},
            *({"ref": item["bom-ref"]} for item in data),
        ],
    }


def _model(facts: Facts, folder: Path, data: list[dict[str, Any]]) -> dict[str, Any]:
    weights = sorted(folder.glob("*.safetensors"))
    config = artifact.read_json(folder / "config.json")
    return {
        "type": "machine-learning-model",
        "bom-ref": MODEL,
        "name": f"{facts.base_model.rsplit('/', 1)[-1]}-labci",
        "version": facts.version,
        "components": [
            {
                "type": "file",
                "name": path.name,
                "hashes": [{"alg": "SHA-256", "content": digest.of_file(path)}],
            }
            for path in weights
        ],
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "supervised"},
                "task": "text-generation",
                "architectureFamily": str(config.get("model_type", "")),
                "modelArchitecture": ", ".join(config.get("architectures") or []),
                "datasets": [{"ref": item["bom-ref"]} for item in data],
            },
            "quantitativeAnalysis": {"performanceMetrics": _metrics(facts)},
        },
    }


def _metrics(facts: Facts) -> list[dict[str, str]]:
    rows = []
    for suite in ("new", "old", "general"):
        if found := score(facts.scores.rows, "candidate", suite):
            for name, value in (("nll", found.nll), ("f1", found.f1), ("exact-match", found.exact)):
                rows.append({"type": name, "value": f"{value:.4f}", "slice": suite})
    return rows


def _base(facts: Facts) -> dict[str, Any]:
    name, license_id = base_of(facts.base_model)
    value: dict[str, Any] = {"type": "machine-learning-model", "bom-ref": BASE, "name": name}
    return value | ({"licenses": [{"expression": "Apache-2.0"}]} if license_id == "apache-2.0" else {})


def _data(item: Contribution, *, removed: bool = False) -> dict[str, Any]:
    """removed: taken out of the taxonomy since it was taught."""
    value: dict[str, Any] = {
        "type": "data",
        "bom-ref": f"data:{item.leaf}{f'@{item.since}' if removed else ''}",
        "name": item.leaf,
        "version": item.commit,
        "data": [{"type": "dataset", "name": item.leaf}],
    }
    if removed:
        value["properties"] = [{"name": "labci:removed", "value": "true"}]
    if item.authors:
        value["authors"] = [{"name": name} for name in item.authors]
    if licenses := _licenses(item.attribution.get("License of the work", "")):
        value["licenses"] = licenses
    return value


def _licenses(text: str) -> list[dict[str, Any]]:
    """An SPDX expression where the text is one, else the text as a name."""
    from license_expression import get_spdx_licensing

    if not text:
        return []
    valid = not get_spdx_licensing().validate(text).errors
    return [{"expression": text}] if valid else [{"license": {"name": text}}]
