"""`labci run` as a real process, killed with -9 in generate and in train: the rerun completes and repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import environment
from tests.servers.chat import Chat

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def start(place: Path, teacher: Chat) -> subprocess.Popen[str]:
    """`labci run` in its own process group."""
    return subprocess.Popen(
        [sys.executable, "-m", "labci", "run", "main~1..main"], cwd=place, env=environment(teacher), text=True,
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
