"""A large run is read as a stream: what is held does not grow with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.conftest import ROOT, made, row

CODE = """
import sys
from pathlib import Path
from labci.artifact import RunFolder
from labci.report.generation import read
from labci.report.html import to_html
to_html(read(RunFolder(path=Path(sys.argv[1]))))
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def peak(folder: Path, rejects: int) -> int:
    """kB at the most, of a process of its own that makes the HTML of a run with so many rejects."""
    reasons = ["not-grounded", "unparsable", "judged-low", "surplus"]
    lines = (row(i, reason=reasons[i % 4], stage="question", detail=f"detail {i}") for i in range(rejects))
    made(folder, (row(rejects + i) for i in range(10)), lines)
    command = [sys.executable, "-c", CODE, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    (folder / "rejects.jsonl").unlink()
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads VmHWM of Linux")
def test_memory_stays_flat_with_a_hundred_times_the_rejects(tmp_path: Path) -> None:
    assert peak(tmp_path / "many", 200_000) < 1.25 * peak(tmp_path / "few", 2_000)
