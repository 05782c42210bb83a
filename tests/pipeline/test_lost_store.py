"""A store that was lost is no dead end: the command that the error names makes again what it had."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_json
from tests.conftest import Labci, add_leaf
from tests.pipeline.conftest import environment
from tests.servers.chat import Chat

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def asking(body: dict[str, Any]) -> str:
    """The fact turned into a question about its topic."""
    lines = dict(line.split(": ", 1) for line in body["messages"][-1]["content"].splitlines() if ": " in line)
    if "Fact" not in lines:  # the exam: a small model
        return "I can't tell."
    gap = lines["Fact"].replace(lines["Answer"], "which thing").rstrip(".")
    return f"About {lines['Topic']}: {gap}?"


def test_what_the_store_has_lost_is_generated_again(
    place: Path, teacher: Chat, labci: Labci, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher.answer = asking
    for name, value in environment(teacher).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place)
    first = labci("run")
    assert first.code in (1, 4), first.err  # a random model learns nothing that a gate would pass
    released = labci("release", "--override", "a tiny model", "--by", "Tess Ting")
    assert released.code == 0, released.err
    add_leaf(place, "dev_kiln")
    shutil.rmtree(place / ".labci/store")
    lost = labci("run", "--to", "mix")
    assert lost.code == 5, lost.err
    assert "the store lacks samples of knowledge/bench/dev_press, which v0.1.0 was taught" in lost.err
    (advice,) = re.findall(r"anew: labci (.*)$", lost.err, re.MULTILINE)
    again = labci(*shlex.split(advice), "--to", "mix")
    assert again.code == 0, again.err
    run = max((place / ".labci/runs").iterdir(), key=lambda folder: folder.stat().st_mtime)
    assert set(read_json(run / "mixture/mixture.json")["leaves"]) == {
        "general", "knowledge/bench/dev_press", "knowledge/bench/dev_kiln",
    }  # fmt: skip
