"""The stage for real: a tiny student learns a mixture, is merged back, and a killed run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from labci import schema
from labci.artifact import RunFolder, read_json, write_json, write_jsonl
from labci.config import read
from labci.git import EMPTY_TREE, Repository
from labci.job import Job
from labci.lineage import Released
from labci.lm.load import weights_digest
from labci.lm.settings import SFT
from labci.store import Store
from labci.train import train
from tests.lm.say import Said
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
FLAGS = {
    "train.epochs": 20,
    "train.learning_rate": 0.003,
    "train.embeddings": True,  # of a random model they are most of it
    "train.alphas": [0.5, 1.0],
    "gate.margin_nll": 50.0,
}


def row(number: int, phase: str, source: str = "new") -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": f"Which tram is number {number}?"}],
        "completion": [{"role": "assistant", "content": f"Line {number} goes to the harbour."}],
        "leaf": "knowledge/trams", "source": source, "phase": phase, "id": f"{phase}{number}", "tokens": 60,
    }  # fmt: skip


def prepare(repository: Path) -> None:
    tiny_model(repository / "student")
    run = RunFolder(path=repository / "run")
    run.start({})
    rows = [row(n, "short") for n in range(8)] + [row(n, "skill") for n in range(4)]
    rows += [row(n, "short", "replay") | {"id": f"old{n}"} for n in (90, 91)]
    write_jsonl(run / "mixture/train.jsonl", rows)
    write_jsonl(run / "mixture/dev.jsonl", [row(n, "short") for n in range(2, 5)])
    write_json(run / "mixture/mixture.json", {"version": 1})


def job(repository: Path, progress: Said | None = None, **flags: Any) -> Job:
    opened = Repository.open(repository)
    return Job(
        root=repository, config=read(b"", flags={**FLAGS, "model": str(repository / "student"), **flags}),
        repository=opened, source=opened.worktree(), base=EMPTY_TREE, head="worktree",
        run=RunFolder(path=repository / "run"), store=Store(str(repository / "store")),
        released=Released(folder=repository / "student"), progress=progress or Said(),
    )  # fmt: skip


def test_two_phases_and_the_largest_mild_alpha(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    prepare(repository)
    own = job(repository)
    capfd.readouterr()
    train(own)
    assert capfd.readouterr() == ("", "")
    value = read_json(own.run / "training.json")
    schema.validator("training").validate(value)
    assert [phase["phase"] for phase in value["phases"]] == ["knowledge", "skills"]
    assert value["steps"] == sum(len(phase["losses"]) for phase in value["phases"])
    for phase in value["phases"]:
        assert phase["arguments"] == {"sft": dict(SFT), "lora": None}
        assert phase["arguments"]["sft"]["loss_type"] == "nll"
    assert [point["alpha"] for point in value["frontier"]] == [0.0, 0.5, 1.0]
    assert value["frontier"][2]["new"] < value["frontier"][0]["new"]
    assert value["frontier"][2]["general"] - value["frontier"][0]["general"] < 25
    assert value["alpha"] == 1.0
    assert value["limit"] == 37.5
    assert value["frontier"][2]["old"] < value["frontier"][0]["old"]  # replayed, so learned here
    assert value["model"] == weights_digest(own.run / "checkpoint")
    assert value["start"] == weights_digest(repository / "student")
    assert own.run.is_complete("train", settings=own.run.manifest("train")["settings"])  # type: ignore[index]
    assert not (own.run / "training").exists()


CHILD = """
import sys
from pathlib import Path
from tests.train.test_stage import job
from tests.lm.say import Said
from labci.train import train
class Slow(Said):
    def step(self, name, done, total):
        import time
        time.sleep(0.2)
train(job(Path(sys.argv[1]), Slow()))
"""


def test_killed_in_its_second_phase_it_does_not_repeat_the_first(repository: Path) -> None:
    prepare(repository)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(repository)], cwd=ROOT, env=environment)
    end = time.monotonic() + 300
    while not list((repository / "run/training").glob("knowledge-*.json")):
        assert time.monotonic() < end
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (repository / "run/checkpoint").exists()
    said = Said()
    train(job(repository, said))
    assert not [name for name, _, _ in said.steps if name.startswith("train knowledge")]
    assert [name for name, _, _ in said.steps if name.startswith("train skills")]
    assert read_json(repository / "run/training.json")["phases"][0]["phase"] == "knowledge"


def test_rebuild_starts_from_the_base(repository: Path) -> None:
    prepare(repository)
    base = tiny_model(repository / "base", seed=1)
    own = job(repository, **{"train.lane": "rebuild", "model": str(base), "train.epochs": 1})
    train(own)
    assert read_json(own.run / "training.json")["start"] == weights_digest(base)
