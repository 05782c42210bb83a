"""What a process keeps of freed memory, and gives back; in a process of its own, for the settings are all of its."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's malloc")
HOLES = """
import re
from pathlib import Path
from labci.lm import pages

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

assert pages.keep(), "no glibc"
held = []
for number in range(20):
    held.append(bytearray(1 << 16))  # what lies between, so that the holes don't grow together
    held.append(bytearray(b"x") * (10 << 20))
del held[1::4]
before = resident()
gone = pages.give_back()
print(gone, before - resident())
"""


def test_holes_are_given_back() -> None:
    """Of 20 blocks of 10 MiB between others every second is freed: the process keeps them until it is told."""
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=False)
    if "no glibc" in done.stderr:
        pytest.skip("no glibc")
    assert done.returncode == 0, done.stderr
    gone, megabytes = done.stdout.split()
    assert gone == "True"
    assert int(megabytes) >= 80
