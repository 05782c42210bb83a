"""A store that was lost is no dead end: the command that the error names makes again what it had."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_json
from tests.conftest import add_leaf
from tests.pipeline.conftest import environment
from tests.servers.chat import Chat

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def labci(place: Path, teacher: Chat, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labci", *arguments]
    return subprocess.run(command, cwd=place, env=environment(teacher), capture_output=True, text=True, check=False)


def asking(body: dict[str, Any]) -> str:
    """The fact turned into a question about its topic."""
    lines = dict(line.split(": ", 1) for line in body["messages"][-1]["content"].splitlines() if ": " in line)
    if "Fact" not in lines:  # the exam: a small model
        return "I can't tell."
    gap = lines["Fact"].replace(lines["Answer"], "which thing").rstrip(".")
    return f"About {lines['Topic']}: {gap}?"


def test_what_the_store_has_lost_is_generated_again(place: Path, teacher: Chat) -> None:
    teacher.answer = asking
    first = labci(place, teacher, "run")
    assert first.returncode in (1, 4), first.stderr  # a random model learns nothing that a gate would pass
    released = labci(place, teacher, "release", "--override", "a tiny model", "--by", "Tess Ting")
    assert released.returncode == 0, released.stderr
    add_leaf(place, "dev_kiln")
    shutil.rmtree(place / ".labci/store")
    lost = labci(place, teacher, "run", "--to", "mix")
    assert lost.returncode == 5, lost.stderr
    assert "the store lacks samples of knowledge/bench/dev_press, which v0.1.0 was taught" in lost.stderr
    (advice,) = re.findall(r"anew: labci (.*)$", lost.stderr, re.MULTILINE)
    again = labci(place, teacher, *shlex.split(advice), "--to", "mix")
    assert again.returncode == 0, again.stderr
    run = max((place / ".labci/runs").iterdir(), key=lambda folder: folder.stat().st_mtime)
    assert set(read_json(run / "mixture/mixture.json")["leaves"]) == {
        "general", "knowledge/bench/dev_press", "knowledge/bench/dev_kiln",
    }  # fmt: skip
