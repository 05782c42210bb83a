"""How processes that train together end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from labci import crew
from labci.errors import OutsideError
from tests.train.test_stage import ROOT

PROGRAM = """
import atexit, os, sys
from labci import cli
atexit.register(os.abort)
sys.stdout.write("said ")
cli.main(["--version"])
"""


@pytest.mark.parametrize("rank", ["0", "1"])
def test_threads_that_abort_the_interpreters_end_change_no_exit_code(rank: str) -> None:
    """As gloo's did once in hundreds of runs, when all was done: "terminate called without an active exception"."""
    several = {"RANK": rank, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **several}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("said labci ") if rank == "0" else done.stdout in ("", "said ")


def test_one_process_ends_as_any_program() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize(("rank", "code", "waits"), [("0", 2, False), ("1", 2, True), ("1", 0, False)])
def test_the_first_process_says_why_before_the_launcher_ends_it(
    rank: str, code: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launcher ends all others when one fails, and the message was lost where a silent one was the first to end."""
    for name, value in {"RANK": rank, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    done: list[float] = []
    monkeypatch.setattr("labci.crew.time.sleep", done.append)
    monkeypatch.setattr("labci.crew.os._exit", done.append)
    crew.end(code)
    assert done == ([crew.LINGER, code] if waits else [code])


@pytest.mark.parametrize(
    "said", ["[gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:12701", "zorb"]
)
def test_who_waits_for_a_process_that_has_ended_has_no_bug(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gloo says in full; one process alone waits for nobody."""
    for several in (True, False):
        for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value) if several else monkeypatch.delenv(name)
        expected = OutsideError if several and said != "zorb" else RuntimeError
        with pytest.raises(expected) as found, crew.together():
            raise RuntimeError(said)
        assert (found.value.__cause__ is None) == (expected is RuntimeError)
