"""What the hub's releases measured, read from their small files alone; weights stay where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from labci import digest, schema
from labci.hubs import Hub
from labci.lineage import LINEAGE, MANIFEST, Contribution, Manifest
from labci.scores import Scores
from labci.transfer import Matrix, Measured, matrix, measured

SCORES = "labci/scores.json"
CHECK = "labci releases verify"


def history(hub: Hub) -> Matrix:
    """Every taught leaf over every release of the hub. A release that can't be read has an empty column and a note."""
    versions = hub.list()
    found = [_measured(hub, version, before) for before, version in zip(("", *versions), versions, strict=False)]
    return matrix(found, hub.latest())


def history_with(hub: Hub, own: Measured) -> Matrix:
    """The matrix of a release that is not published yet, `own`, and of those that it descends from."""
    found, versions = [own], list(hub.list())
    while found[0].previous in versions:
        place = versions.index(found[0].previous)
        found.insert(0, _measured(hub, versions[place], versions[place - 1] if place else ""))
        del versions[place:]  # an ancestor comes before its descendants
    return matrix(found, own.version)


def _measured(hub: Hub, version: str, before: str) -> Measured:
    """before: the version that it counts as descended from if it doesn't say."""
    files = hub.read(version, (MANIFEST, LINEAGE, SCORES))
    try:
        manifest = Manifest.from_json(json.loads(files[MANIFEST]))
        if manifest.version != version:
            raise ValueError("the manifest is of another version")
    except (KeyError, ValueError, TypeError):
        why = f"no manifest that this version of labci reads: {CHECK} {version}"
        return Measured(version=version, previous=before, why=why)
    about: dict[str, Any] = {name: str(getattr(manifest, name)) for name in ("previous", "created", "lane")}
    for name in (LINEAGE, SCORES):
        if name not in files:
            return Measured(version=version, **about, why=f"it has no {name}")
        if digest.of_bytes(files[name]) != manifest.files.get(name):
            return Measured(version=version, **about, why=f"{name} is not what was released: {CHECK} {version}")
    try:
        lineage = [Contribution.from_json(json.loads(line)) for line in files[LINEAGE].splitlines()]
        return measured(manifest, lineage, _scores(json.loads(files[SCORES])))
    except (KeyError, ValueError, TypeError, AttributeError):
        return Measured(version=version, **about, why="its files are not what this version of labci writes")


def _scores(value: Mapping[str, Any]) -> Scores:
    if not schema.validator("scores").is_valid(value):
        raise ValueError("not as schemas/scores.json asks")
    return Scores.from_json({**value, "rows": [{"contrast": None, **row} for row in value["rows"]]})
