"""Finished cells of a table in one JSON file: a bench that was killed goes on where it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from labci.artifact import read_json, write_json
from scripts.benches.repository import ROOT


def work_folder() -> Path:
    """LABCI_BENCH, else .labci/bench of this repository."""
    return Path(os.environ.get("LABCI_BENCH") or ROOT / ".labci" / "bench").resolve()


class Cells:
    """Cells by name, each written to the file as soon as it is known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, dict[str, Any]] = read_json(path) if path.exists() else {}

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self.values[key]

    def put(self, key: str, value: dict[str, Any]) -> None:
        """Keep a cell."""
        self.values[key] = value
        write_json(self.path, self.values)
