"""The pre-commit hook: its files are leaves' files, and its command takes them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Labci, add_leaf, put

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    """The only hook of the manifest."""
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return dict(found)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("taxonomy/knowledge/x/y/qna.yaml", True), ("qna.yml", True), ("a/heldout.yaml", True),
        ("a/attribution.txt", True), ("a/myqna.yaml", False), ("labci.yaml", False), ("documents/qna.yaml.md", False),
    ],
)  # fmt: skip
def test_files(hook: dict[str, Any], path: str, wanted: bool) -> None:
    assert bool(re.search(hook["files"], path)) == wanted


def test_the_command_takes_file_names(hook: dict[str, Any], repository: Path, labci: Labci) -> None:
    leaf = repository / "taxonomy" / add_leaf(repository, "dev_press")
    _, *command = shlex.split(hook["entry"])
    files = [path for path in sorted(leaf.iterdir()) if re.search(hook["files"], str(path))]
    assert len(files) == 2
    done = labci("-C", repository, *command, *files)
    assert (done.code, done.err) == (0, "")
    put(leaf, "qna.yaml", (leaf / "qna.yaml").read_text("utf-8").replace("seed_examples:", "seeds:", 1))
    done = labci("-C", repository, *command, *files)
    assert done.code == 1
    assert "seed_examples" in done.out
