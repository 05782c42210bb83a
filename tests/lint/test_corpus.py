"""Real contributions: the verdicts agree with the released instructlab-schema 0.4.2."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from labci import config
from labci.lint import lint

# Where labci says something else, and why. File -> reason; at most five.
DIFFERENCES: dict[str, str] = {}


def corpus() -> Path:
    named = os.environ.get("LABCI_CORPUS")
    return Path(named) if named else Path(__file__).parents[3] / "shared/corpus/instructlab"


def verdicts() -> list[dict[str, Any]]:
    file = corpus() / "verdicts.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


@pytest.mark.skipif(not verdicts(), reason="no corpus: name its folder in LABCI_CORPUS")
def test_verdicts_agree(tmp_path: Path) -> None:
    other = []
    for row in verdicts():
        checked = lint(
            [corpus() / row["file"]],
            root=tmp_path,
            config=config.read(b""),
            select=["yaml", "schema", "style"],
        )
        errors = [item for file in checked for item in file.diagnostics if item.severity == "error"]
        if ("fail" if errors else "pass") != row["verdict"]:
            other.append(row["file"])
    assert sorted(other) == sorted(DIFFERENCES)
    assert len(DIFFERENCES) <= 5
