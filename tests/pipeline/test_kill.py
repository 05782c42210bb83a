"""`labci run` as a real process, killed with -9 in generate and in train: the rerun completes and repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import add_leaf, put
from tests.servers.chat import Chat, serving
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
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


def start(place: Path, teacher: Chat) -> subprocess.Popen[str]:
    """`labci run` in its own process group."""
    environment = {
        **os.environ,
        "OPENAI_BASE_URL": teacher.url,
        "OPENAI_API_KEY": "none",
        "PYTHONPATH": str(Path.cwd()),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "labci", "run", "main~1..main"], cwd=place, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def kill_when(process: subprocess.Popen[str], ready: Any) -> None:
    """kill -9 to the process and its children as soon as `ready()` holds."""
    until = time.monotonic() + 240
    while not ready():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_in_generate_and_in_train(place: Path, teacher: Chat) -> None:
    """What was answered is not asked again; every stage is whole in the end; the second rerun does nothing."""
    process = start(place, teacher)
    kill_when(process, lambda: len(teacher.asked) >= 30)
    answered = sum(1 for path in (place / ".labci/store/responses").rglob("*") if path.is_file() and not path.suffix)
    unfinished = len(teacher.asked) - answered
    assert answered > 0
    process = start(place, teacher)
    kill_when(process, lambda: any((place / ".labci").glob("runs/*/training")))
    asked = Counter(json.dumps(body, sort_keys=True) for body in teacher.asked)
    assert sum(count - 1 for count in asked.values()) <= unfinished
    before = len(teacher.asked)

    process = start(place, teacher)
    out, err = process.communicate(timeout=400)
    assert process.returncode in (1, 4), err  # a random model learns nothing that a gate would pass
    assert len(teacher.asked) == before
    assert "generate: complete, skipped" in err
    (run,) = (place / ".labci" / "runs").iterdir()
    for stage in ("diff", "plan", "generate", "mix", "train", "evaluate", "gate"):
        assert (run / "manifest" / f"{stage}.json").exists()
    assert not (place / "models").exists()
    assert json.loads((run / "verdict.json").read_text())["verdict"] in out

    process = start(place, teacher)
    out, err = process.communicate(timeout=200)
    assert "train: complete, skipped" in err
    assert process.returncode in (1, 4)
