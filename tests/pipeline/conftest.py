"""A repository with one leaf, a tiny random model as base, and a chat server as teacher."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import add_leaf, put
from tests.servers.chat import Chat, serving
from tests.tiny import tiny_model

SETTINGS = """taxonomy: taxonomy
teacher: openai:quiz
model: {model}
train: {{epochs: 2, learning_rate: 0.01, general: 0.05, alphas: [1.0]}}
generate: {{samples_per_span: 1}}
"""


def quiz(body: dict[str, Any]) -> str:
    """The fact turned into a question, after a moment: time for a kill."""
    time.sleep(0.02)
    lines = dict(line.split(": ", 1) for line in body["messages"][-1]["content"].splitlines() if ": " in line)
    if "Fact" not in lines:  # the exam: a small model
        return "I can't tell."
    gap = lines["Fact"].replace(lines["Answer"], "which thing").rstrip(".")
    return f"About the Garrow M6: {gap}?"


@pytest.fixture
def teacher() -> Iterator[Chat]:
    """A chat server on loopback."""
    with serving(quiz) as chat:
        yield chat


@pytest.fixture
def place(repository: Path, tmp_path: Path) -> Path:
    """A repository with one leaf and a tiny random model as base."""
    put(repository, "labci.yaml", SETTINGS.format(model=tiny_model(tmp_path / "tiny")))
    add_leaf(repository, "dev_press")
    return repository


def environment(teacher: Chat) -> dict[str, str]:
    """Variables for a labci process that asks this teacher."""
    return {
        **os.environ,
        "OPENAI_BASE_URL": teacher.url,
        "OPENAI_API_KEY": "none",
        "PYTHONPATH": str(Path.cwd()),
    }
