"""A hopeless candidate ends the evaluation early; one that goes on pays nothing twice. Real tiny models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labci import general
from labci.artifact import RunFolder, read_json, write_json
from labci.config import read
from labci.evaluate import evaluate
from labci.gate import gate
from labci.git import EMPTY_TREE, Repository
from labci.job import Job
from labci.lineage import Released
from labci.store import Store
from tests.evaluate.conftest import changed
from tests.lm.say import Said
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FALLING = [2.0 - 0.1 * step for step in range(12)]


def job(repository: Path, base: Path, *losses: float) -> Job:
    """A run that has come as far as the evaluation."""
    run = RunFolder(path=repository / "run")
    run.start({})
    write_json(run / "changes.json", {"version": 1, "base": EMPTY_TREE, "head": "worktree", "changes": []})
    write_json(run / "training.json", {"phases": [{"phase": "stacked", "losses": list(losses)}]})
    opened = Repository.open(repository)
    return Job(
        root=repository, config=read(b"", flags={"model": str(base)}), repository=opened, source=opened.worktree(),
        base=EMPTY_TREE, head="worktree", run=run, store=Store(str(repository / "store")),
        released=Released(folder=base), progress=Said(),
    )  # fmt: skip


def measured(own: Job) -> int:
    return sum(path.is_file() for path in Path(own.store.url).glob("evaluations/*/*"))


def test_a_rising_loss_costs_no_model(repository: Path, talker: Path) -> None:
    own = job(repository, talker, *(1.0 + 0.1 * step for step in range(12)))
    changed(talker, own.run / "checkpoint", 1.01)
    found = evaluate(own)
    assert (found.rows, measured(own)) == ((), 0)
    verdict = gate(own)
    assert verdict.verdict == "FAIL"
    assert "the loss did not fall in 12 steps" in verdict.reasons[0]


def test_a_broken_model_costs_eight_answers(repository: Path, talker: Path) -> None:
    own = job(repository, talker, *FALLING)
    changed(talker, own.run / "checkpoint", 0.0)
    found = evaluate(own)
    assert (found.rows, measured(own)) == ((), 8)
    assert "8 of 8 answers" in gate(own).reasons[0]
    said: Any = own.progress
    assert any("ended early" in line for line in said.lines)


def test_lost_likelihood_costs_twenty_items_of_two_models(repository: Path, talker: Path) -> None:
    """The base model knew more of general questions than one that was taught a single answer."""
    own = job(repository, tiny_model(repository / "student"))
    changed(talker, own.run / "checkpoint", 1.0)
    found = evaluate(own)
    assert (found.rows, measured(own)) == ((), 8 + 20 + 20)
    (check,) = gate(own).checks
    assert (check.name, check.items, check.result) == ("smoke", 20, "FAIL")


FIXED = 200 + len(general.canary_items())


def test_a_candidate_that_goes_on_pays_nothing_twice(repository: Path, talker: Path) -> None:
    own = job(repository, talker, *FALLING)
    changed(talker, own.run / "checkpoint", 1.01)
    found = evaluate(own)
    assert (found.smoke, len(found.rows)) == (None, 3 * FIXED)
    assert "smoke" not in read_json(own.run / "scores.json")
    assert measured(own) == 2 * FIXED  # base and released are one model
    manifest = own.run.manifest("evaluate")
    assert manifest is not None
    assert "training.json" in manifest["inputs"]
