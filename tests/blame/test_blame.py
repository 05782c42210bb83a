"""Blame for real: a bad leaf among five, five trainings' worth of data, and a tiny Llama that learns it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labci import schema
from tests.blame import world
from tests.blame.world import BAD, OLD, path_of
from tests.conftest import Labci

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
FIVE = ("birds", "trees", BAD, "dishes", "metals")


def trained(run: Path) -> dict[str, int]:
    """When each probe's training ended, by folder."""
    return {path.parent.name: path.stat().st_mtime_ns for path in run.glob("blame/*/training.json")}


def released(repository: Path, labci: Labci) -> None:
    """A repository whose release was taught the flags well."""
    world.start(repository)
    world.add(repository, OLD)
    assert labci("-C", repository, "diff", "main~1..main").code == 0
    run = world.generated(repository, [OLD])
    ended = labci("-C", repository, "run", "--run", run, "--from", "mix", "--to", "gate", "--set", "train.epochs=60")
    assert ended.code == 0, ended.out + ended.err
    ended = labci("-C", repository, "release", "--run", run)
    assert ended.code == 0, ended.err


def prepared(repository: Path, labci: Labci) -> Path:
    """The run of five contributions, which the gate has refused."""
    released(repository, labci)
    for topic in FIVE:
        world.add(repository, topic)
    assert labci("-C", repository, "diff", "main~5..main").code == 0
    run = world.generated(repository, FIVE)
    ended = labci("-C", repository, "run", "--run", run, "--from", "mix", "--to", "gate")
    assert ended.code == 1, ended.out + ended.err
    assert f"Earlier leaf {path_of(OLD)}: answers became less likely" in ended.out
    assert "next: which of the new leaves it is" in ended.out
    return run


def test_the_leaf_that_contradicts_an_old_one_is_named(repository: Path, labci: Labci) -> None:
    run = prepared(repository, labci)
    samples = (run / "samples.jsonl").read_bytes()
    killed_in_training(repository, run)
    half = trained(run)

    ended = labci("-C", repository, "gate", "--run", run, "--blame", "--format", "json")
    assert ended.code == 1, ended.err
    value = json.loads(ended.out)
    assert list(schema.validator("blame").iter_errors(value)) == []
    assert value == json.loads((run / "blame.json").read_text())
    assert [item["leaf"] for item in value["culprits"]] == [path_of(BAD)]
    assert value["culprits"][0]["authors"] == ["Tess Ting"]
    assert 1 <= len(value["probes"]) < len(FIVE)
    harm = next(item for item in value["worse"] if item["check"] == f"old:{path_of(OLD)}")
    assert harm["effect"] < -0.1
    assert harm["effect_without"] > harm["effect"] + 0.1
    assert (run / "samples.jsonl").read_bytes() == samples

    done = trained(run)
    assert len(done) == len({probe["mixture"] for probe in value["probes"]}) < len(FIVE)
    assert half.items() <= done.items()  # what the killed search had trained was not trained again
    alone = next(probe for probe in value["probes"] if probe["removed"] == [path_of(BAD)])
    assert alone["verdict"] == "PASS"
    scores = json.loads((run / alone["folder"] / "scores.json").read_text())
    assert path_of(BAD) not in scores["new_leaves"]
    assert path_of(BAD) not in {row["leaf"] for row in scores["rows"]}
    assert {path_of(OLD)} == set(scores["taught_leaves"])

    for command in (("gate", "--blame"), ("releases", "blame")):
        again = labci("-C", repository, *command, "--run", run)
        assert again.code == 1, again.err
        assert trained(run) == done
        assert again.out.startswith("verdict: FAIL\n")
        assert f"\nblame: {path_of(BAD)}: without it the others pass" in again.out
        assert f"git rm -r taxonomy/{path_of(BAD)}; then: labci run" in again.out
    comment = labci("-C", repository, "gate", "--blame", "--run", run, "--format", "markdown").out
    assert "**Blame:** compositional\\_skills/ensigns" in comment
    assert comment.count("| tried without | verdict |") == 1


def killed_in_training(repository: Path, run: Path) -> None:
    """A search that ends by kill -9 in its second training, or after its only one."""
    command = [sys.executable, "-m", "labci", "-C", str(repository), "gate", "--run", str(run), "--blame"]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait(lambda: bool(trained(run)), process)
    wait(lambda: len(list(run.glob("blame/*/training"))) > 0, process)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (run / "blame.json").unlink(missing_ok=True)


def wait(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 400
    while not ready() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.05)
