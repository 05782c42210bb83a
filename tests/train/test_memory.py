"""Too little memory is told before training where the estimate sees it, and when it is gone, with what to lower."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from labci.artifact import write_json, write_jsonl
from labci.train.phases import phases
from labci.train.room import shortage, shortages
from tests.conftest import git
from tests.train.test_stage import ROOT, job, prepare, row


@pytest.mark.slow
def test_what_does_not_fit_is_told_and_what_does_is_not(repository: Path) -> None:
    prepare(repository)
    own = job(repository)
    mixture, work = own.run / "mixture/train.jsonl", own.run / "training"
    assert shortage(own, phases(mixture, work, own.config.train)) == ""
    write_jsonl(mixture, [row(1, "short"), row(2, "short") | {"tokens": 10**9}])
    told = shortage(own, phases(mixture, work, own.config.train))
    assert told.startswith("note: phase stacked may need ")
    assert "GB are free" in told
    assert "lower train.micro_tokens (8192)" in told


def test_a_disk_that_is_too_small_is_told_before_it_is_full(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(repository)
    own = job(repository)
    todo = phases(own.run / "mixture/train.jsonl", own.run / "training", own.config.train)
    assert shortages(own, todo) == []
    monkeypatch.setattr("labci.lm.disk.free_bytes", lambda folder: 1000)
    (told,) = shortages(own, todo)
    assert re.match(r"note: training may need \d+\.\d GB of disk at its fullest, and 0\.0 GB are free where ", told)
    assert "labci run --run DIR" in told


# The limit is set when all is imported, so that it is of what training itself allocates.
CHILD = """
import re, resource, sys
import torch, transformers, trl, datasets
from trl import SFTTrainer
from labci.cli import main
used = int(re.search(r"VmData:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + 400_000_000, resource.RLIM_INFINITY))
main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to RLIMIT_DATA")
def test_a_training_that_runs_out_of_memory_says_what_to_lower(repository: Path) -> None:
    """64 rows of some 2,000 tokens at once: their logits and softmax alone are larger than what is left."""
    prepare(repository)
    (repository / "run/run.json").unlink()
    head = git(repository, "rev-parse", "HEAD")
    write_json(repository / "run/run.json", {"format": 1, "labci": "0", "base": head, "head": head})
    answer = [{"role": "assistant", "content": "Line 4 goes to the harbour. " * 250}]
    rows = [row(n, "short") | {"completion": answer, "tokens": 10**9} for n in range(64)]
    write_jsonl(repository / "run/mixture/train.jsonl", rows)
    settings = ("batch_size=64", "micro_tokens=1000000", "max_length=8192", "epochs=1")
    words = [word for setting in settings for word in ("--set", f"train.{setting}")]
    done = subprocess.run(
        [
            sys.executable, "-c", CHILD, "-C", repository, "train", "--run", repository / "run",
            "--model", repository / "student", "--teacher", "recorded:none", *words,
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "note: phase stacked may need " in done.stderr
    assert "not enough memory while training" in done.stderr
    assert "lower train.micro_tokens (1000000), set train.recompute: true" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (repository / "run/checkpoint").exists()
