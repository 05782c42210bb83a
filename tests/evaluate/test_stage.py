"""The stage for real, over two merges: no model is ever asked the same thing twice."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci import general, schema
from labci.artifact import RunFolder, read_json, write_json
from labci.config import read
from labci.evaluate import evaluate
from labci.git import Repository
from labci.heldout import held_out
from labci.job import Job
from labci.lineage import Contribution, Released
from labci.lm import answer, likelihood
from labci.lm.load import open_model
from labci.request import Continuation
from labci.store import Store
from tests.conftest import add_leaf, put
from tests.evaluate.conftest import changed
from tests.lm.say import Said

GENERAL = 12  # of the 200 general items: the tiny models are not tested on what they know
FIXED = GENERAL + len(general.canary_items())
Asked = Counter[tuple[str, str, str]]  # folder of the model, what was asked of it, its prompt


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(general, "GATE_ITEMS", GENERAL)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the real models are asked, counted on the way in."""
    counts: Asked = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(lm: Any, items: Any, *more: Any, **named: Any) -> Any:
            for item in items:
                messages = item.messages if name == "score" else item
                counts[lm.folder.name, name, json.dumps([messages, getattr(item, "text", "")])] += 1
            return real(lm, items, *more, **named)

        return call

    monkeypatch.setattr(likelihood, "log_likelihood", counting("score", likelihood.log_likelihood))
    monkeypatch.setattr(answer, "greedy", counting("answer", answer.greedy))
    return counts


def job(repository: Path, name: str, leaf: str, released: Released, **flags: Any) -> Job:
    """A run that has trained `leaf`: its candidate is the folder NAME/checkpoint."""
    opened = Repository.open(repository)
    run = RunFolder(path=repository / "runs" / name)
    run.start({})
    delta: dict[str, list[str]] = {"added": [], "removed": [], "kept": []}
    change = {"path": leaf, "status": "added", "seeds": delta, "documents": delta}
    write_json(run / "changes.json", {"version": 1, "base": "0" * 40, "head": "1" * 40, "changes": [change]})
    return Job(
        root=repository, config=read(b"", flags={"model": str(repository / "base"), **flags}), repository=opened,
        source=opened.worktree(), base="0" * 40, head="worktree", run=run, store=Store(str(repository / "store")),
        released=released, progress=Said(),
    )  # fmt: skip


def taught(leaf: str) -> Contribution:
    return Contribution(leaf=leaf, commit="1" * 40, authors=(), attribution={}, units=(), taught=(), samples=1)


def answers(asked: Asked) -> dict[str, int]:
    """Items that each model answered, by its folder."""
    found: Counter[str] = Counter()
    for (folder, what, _), count in asked.items():
        found[folder] += count if what == "answer" else 0
    return {folder: count for folder, count in found.items() if count}


@pytest.mark.slow
def test_no_model_is_asked_twice_over_two_merges(repository: Path, asked: Asked, talker: Path) -> None:
    """Run 2's released model is run 1's candidate: it is asked about the new leaf alone, and so is the base."""
    base = changed(talker, repository / "base", 1.0)
    press = add_leaf(repository, "dev_press")
    first = job(repository, "first", press, Released(folder=base))
    changed(talker, first.run / "checkpoint", 1.01)
    evaluate(first)
    new = len(held_out(first.taxonomy.leaf(press)))
    assert new >= 4
    assert answers(asked) == {"base": FIXED + new, "checkpoint": FIXED + new}
    assert set(asked.values()) == {1}

    release = shutil.copytree(first.run / "checkpoint", repository / "v0.1.0")
    island = add_leaf(repository, "dev_island")
    second = job(repository, "second", island, Released(folder=release, contributions=(taught(press),)))
    changed(talker, second.run / "checkpoint", 1.02)
    asked.clear()
    scores = evaluate(second)
    more = len(held_out(second.taxonomy.leaf(island)))
    assert answers(asked) == {"base": more, "v0.1.0": more, "checkpoint": FIXED + new + more}
    assert set(asked.values()) == {1}

    before, now = read_json(first.run / "scores.json"), read_json(second.run / "scores.json")
    for value in (before, now):
        schema.validator("scores").validate(value)
    assert now == scores.to_json()
    assert all(isinstance(row["answer"], str) for row in now["rows"])
    suites = Counter((row["model"], row["suite"]) for row in now["rows"])
    assert (suites["candidate", "new"], suites["candidate", "old"]) == (more, new)

    def measured(value: Any, model: str, leaf: str) -> dict[str, tuple[float, str]]:
        rows = (row for row in value["rows"] if (row["model"], row["leaf"]) == (model, leaf))
        return {row["item"]: (row["nll"], row["answer"]) for row in rows}

    for leaf in (press, "general", "canary"):
        assert measured(now, "released", leaf) == measured(before, "candidate", leaf)
    asked.clear()
    evaluate(second)
    assert not asked


OUTSIDE = """
from labci.heldout import Item

class Capitals:
    contrast = True
    def items(self):
        pairs = [("France", "Paris"), ("Peru", "Lima")]
        return [Item(id=a, leaf="capitals", cluster=a, question=f"Capital of {c}?", answer=a) for c, a in pairs]

class Choices:
    contrast = False
    def items(self):
        asked = dict(leaf="capitals", cluster="k", question="Capital of Kenya?")
        return [Item(id="k", answer="Nairobi", wrong=("Mombasa", "Kisumu", "Rome"), **asked)]
"""


def nlls(model: Path, question: str, *answers: str) -> list[float]:
    """Nats per token of each answer."""
    chat = ({"role": "user", "content": question},)
    asked = [Continuation(messages=chat, text=answer) for answer in answers]
    return [-total / tokens for total, tokens in likelihood.log_likelihood(open_model(model), asked)]


@pytest.mark.slow
def test_a_suite_of_another_package_is_measured_and_decides_nothing(
    repository: Path, tmp_path: Path, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labci.gate import decide

    put(tmp_path, "capitals.py", OUTSIDE)
    put(tmp_path, "capitals-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: capitals\nVersion: 1.0\n")
    points = "[labci.suites]\ncapitals = capitals:Capitals\nchoices = capitals:Choices\n"
    put(tmp_path, "capitals-1.0.dist-info/entry_points.txt", points)
    monkeypatch.syspath_prepend(tmp_path)
    base, press = changed(talker, repository / "base", 1.0), add_leaf(repository, "dev_press")
    own = job(repository, "run", press, Released(folder=base), **{"evaluate.suites": ["capitals", "choices"]})
    changed(talker, own.run / "checkpoint", 1.01)
    scores = evaluate(own)
    value = read_json(own.run / "scores.json")
    schema.validator("scores").validate(value)
    rows = [row for row in scores.rows if row.suite == "outside:capitals"]
    assert Counter(row.model for row in rows) == {"base": 2, "released": 2, "candidate": 2}
    assert all(row.contrast is not None for row in rows)
    (choice,) = (row for row in scores.rows if (row.suite, row.model) == ("outside:choices", "candidate"))
    right, *wrong = nlls(own.run / "checkpoint", "Capital of Kenya?", "Nairobi", "Mombasa", "Kisumu", "Rome")
    assert (choice.nll, choice.contrast) == pytest.approx((right, min(wrong) - right), abs=1e-4)
    without = replace(scores, rows=tuple(row for row in scores.rows if not row.suite.startswith("outside:")))
    assert decide(scores, own.config.gate) == decide(without, own.config.gate)
