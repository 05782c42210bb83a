"""`labci train` under `accelerate launch` and torchrun: the same command, the same weights, written once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_json, read_jsonl, write_json, write_jsonl
from labci.lm.load import weights_digest
from labci.train import train
from tests.conftest import git
from tests.train.test_stage import ROOT, job, prepare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SETTINGS = (
    "train.epochs=20",
    "train.learning_rate=0.003",
    "train.embeddings=true",
    "train.alphas=[0.5,1.0]",
    "gate.margin_nll=50",
    "train.checkpoint=best",
)
# A port of its own (--standalone): tests at the same time would meet at torchrun's fixed one. `--`: else it takes
# --run for its own --run-path.
TORCHRUN = ("torchrun", "--standalone", "--nproc_per_node", "2", "-m", "--")


@pytest.fixture
def ready(repository: Path) -> Path:
    """A repository with a run that is mixed, of new rows only: passes of eight, one batch each."""
    prepare(repository)
    mixture = repository / "run/mixture/train.jsonl"
    write_jsonl(mixture, [row for row in read_jsonl(mixture) if row["source"] == "new"])
    (repository / "run/run.json").unlink()
    head = git(repository, "rev-parse", "HEAD")
    write_json(repository / "run/run.json", {"format": 1, "labci": "0", "base": head, "head": head})
    return repository


def launch(folder: Path, *launcher: str, command: str = "train", settings: tuple[str, ...] = SETTINGS) -> Any:
    options = [word for setting in settings for word in ("--set", setting)]
    options += ["--model", str(folder / "student"), "--teacher", "recorded:none"]
    run = ["--run", str(folder / "run")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
    return subprocess.run(
        [*launcher, "labci", "-C", str(folder), command, *run, *options],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_one_process_trains_as_without_a_launcher(ready: Path) -> None:
    done = launch(ready, "accelerate", "launch", "--cpu", "--num_processes", "1", "-m")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("train\n  steps 40, ")
    launched = read_json(ready / "run/training.json")
    train(job(ready, **{"train.checkpoint": "best"}))
    assert read_json(ready / "run/training.json")["model"] == launched["model"]
    assert [len(phase["curve"]) for phase in launched["phases"]] == [20, 20]


def test_two_processes_share_the_batches_and_one_writes(ready: Path) -> None:
    done = launch(ready, *TORCHRUN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("run folder: ") == 1
    assert done.stderr.count("train: started") == 1
    value = read_json(ready / "run/training.json")
    assert value["model"] == weights_digest(ready / "run/checkpoint")
    assert not (ready / "run/training").exists()
    train(job(ready, **{"train.checkpoint": "best"}))
    alone = read_json(ready / "run/training.json")
    for shared, own in zip(value["phases"], alone["phases"], strict=True):
        assert shared["losses"] == pytest.approx(own["losses"], abs=0.02)  # the same samples in each step
        assert sum(shared["losses"][-3:]) < 0.9 * sum(shared["losses"][:3])


def test_rows_that_stay_as_a_model_has_them_are_shared_out_too(ready: Path) -> None:
    """Their loss is labci's own, in which processes go through the wrapped model, or no gradient would be summed."""
    mixture = ready / "run/mixture/train.jsonl"
    rows = list(read_jsonl(mixture))
    write_jsonl(mixture, [{**row, "soft": True} if number % 2 else row for number, row in enumerate(rows)])
    done = launch(ready, *TORCHRUN)
    assert done.returncode == 0, done.stderr
    shared = read_json(ready / "run/training.json")["phases"]
    train(job(ready, **{"train.checkpoint": "best"}))
    own = read_json(ready / "run/training.json")["phases"]
    plain = own[0]["losses"]
    for ours, alone in zip(shared, own, strict=True):
        assert ours["losses"] == pytest.approx(alone["losses"], abs=0.02)
    write_jsonl(mixture, rows)
    train(job(ready, **{"train.checkpoint": "best"}))
    assert read_json(ready / "run/training.json")["phases"][0]["losses"] != pytest.approx(plain, abs=0.02)


def test_what_cannot_be_shared_out_is_said_once(ready: Path) -> None:
    done = launch(ready, *TORCHRUN, settings=("train.batch_size=3",))
    assert done.returncode != 0
    assert done.stderr.count("batches of 3 can't be shared out over 2 processes") == 1
    assert f'File "{ROOT}/labci' not in done.stderr  # torchrun shows where torchrun ends, labci nothing of itself
    assert not (ready / "run/checkpoint").exists()


def test_other_commands_are_not_shared_out(ready: Path) -> None:
    done = launch(ready, *TORCHRUN, command="mix")
    assert done.returncode != 0
    assert done.stderr.count("labci mix can't be shared out over 2 processes") == 1


def test_a_model_in_parts_is_refused(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    done = launch(ready, "python", "-m")
    assert done.returncode == 2
    assert "labci does not train with FSDP" in done.stderr


ALONE = """
import os, sys
from labci import cli, crew
from labci.errors import UsageError
from labci.train import stage
if os.environ["RANK"] == os.environ["FAILS"]:
    crew.LINGER = 0.5  # the first process has no error that this one could come before
    def failing(job, phase):
        raise UsageError("its disk is gone", hint="mount it") if os.environ["HOW"] == "known" else ValueError("zorb")
    stage.tune_settings = failing
cli.main(sys.argv[1:])
"""


@pytest.mark.parametrize(("fails", "how"), [("1", "known"), ("1", "bug"), ("0", "known")])
def test_an_error_of_one_process_alone_is_said(
    ready: Path, monkeypatch: pytest.MonkeyPatch, fails: str, how: str
) -> None:
    """Another process than the first wrote its messages nowhere, and the launcher alone told that it had failed."""
    program = ready / "alone.py"
    program.write_text(ALONE)
    monkeypatch.setenv("FAILS", fails)
    monkeypatch.setenv("HOW", how)
    options = ["--model", str(ready / "student"), "--teacher", "recorded:none", "--run", str(ready / "run")]
    done = subprocess.run(
        [*TORCHRUN[:-2], "--", str(program), "-C", str(ready), "train", *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    who = "process 1: " if fails == "1" else ""
    what = "its disk is gone\n next: mount it" if how == "known" else "a bug in labci: ValueError: zorb"
    assert done.stderr.count(f"error: {who}{what}") == 1, done.stderr
    assert "error: a bug in labci" not in done.stderr, done.stderr  # the first waits for the other, which is no bug
    assert not (ready / "run/checkpoint").exists()
