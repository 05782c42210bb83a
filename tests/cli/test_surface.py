"""What holds for every command: help, settings told by -v, completion, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Labci, add_leaf
from tests.generate.conftest import Place, git_commit, place, quiz

__all__ = ["git_commit", "place"]  # fixtures

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", [[], ["lint"], ["models", "pull"], ["ci"]])
def test_h_is_help(labci: Labci, command: list[str]) -> None:
    short, long = labci(*command, "-h"), labci(*command, "--help")
    assert (short.code, short.out) == (0, long.out)
    assert "Usage: " in short.out


@pytest.mark.parametrize("command", ["lint", "diff", "releases list"])
def test_v_says_where_settings_came_from(labci: Labci, repository: Path, command: str) -> None:
    add_leaf(repository, "dev_press")
    ended = labci("-v", "-C", repository, *command.split())
    assert ended.code == 0, ended.err
    assert "labci.yaml:1" in ended.err
    assert "default" in ended.err
    assert "labci.yaml:1" not in labci("-C", repository, *command.split()).err


def process(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    code = "import sys; sys.argv[0] = 'labci'; from labci.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored below a shell's background job
    )  # fmt: skip


def test_commands_are_completed() -> None:
    words = {"_LABCI_COMPLETE": "complete_bash", "COMP_WORDS": "labci li", "COMP_CWORD": "1"}
    assert process(**words).communicate() == ("lint\n", "")


def test_ctrl_c_promises_nothing(repository: Path) -> None:
    """What lint has done is not kept, and it starts anew."""
    pipe = repository / "settings"
    os.mkfifo(pipe)
    running = process("-C", str(repository), "--config", str(pipe), "lint")
    with pipe.open("w"):  # opened only when labci reads it, which now waits
        running.send_signal(signal.SIGINT)
        _, err = running.communicate()
    assert (running.returncode, err.strip()) == (130, "error: interrupted")


@pytest.mark.slow
def test_ctrl_c_in_a_stage_says_how_to_go_on(place: Place) -> None:
    asked = threading.Event()

    def slow(body: dict[str, Any]) -> str:
        asked.set()
        time.sleep(0.05)
        return quiz(body)

    place.teacher.answer = slow
    model = str(place.folder / "documents")
    arguments = ("-q", "-C", str(place.folder), "generate", "--teacher", "openai:quiz", "--model", model)
    running = process(*arguments, OPENAI_BASE_URL=place.teacher.url, OPENAI_API_KEY="sk-x")
    assert asked.wait(60), running.communicate()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate()
    assert running.returncode == 130, err
    told = f"error: interrupted; what is done is kept\n next: continue with: labci {' '.join(arguments)}\n"
    assert err.strip() == told.strip()
