"""How processes that train together end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
