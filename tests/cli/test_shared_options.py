"""Options that stages share: what shaped a run finds its folder again, whichever stage is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.artifact import write_json
from tests.conftest import Labci, add_leaf, put
from tests.gate.make import LEAF, rows, scores
from tests.tiny import tiny_model

SHAPING = ("--limit", 4, "--seed", 3, "--teacher", "openai:quiz")


@pytest.fixture
def place(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    put(repository, "labci.yaml", f"taxonomy: taxonomy\nmodel: {tiny_model(tmp_path / 'tiny')}\n")
    add_leaf(repository, "dev_press")
    return repository


def runs(place: Path) -> list[Path]:
    return sorted((place / ".labci/runs").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--leaf", "knowledge/bench/dev_press"), ("--worktree",)])
def test_gate_and_blame_find_the_run(labci: Labci, place: Path, more: tuple[str, ...]) -> None:
    options = (*SHAPING, *more, "--hub", "folder:elsewhere", "--jobs", 2)
    assert labci("-C", place, "run", *options, "--to", "diff").code == 0
    (run,) = runs(place)
    for command in (("gate",), ("evaluate",)):
        ended = labci("-C", place, *command, *options, "--dry-run")
        assert (ended.code, ended.out) == (0, f"{command[0]}: to do\n"), ended.err
    write_json(run / "scores.json", scores({LEAF: rows("new", LEAF, [0.9, 1.2, 1.0, 1.4, 0.8])}).to_json())
    write_json(run / "generation.json", {"version": 1, "leaves": []})
    put(run, "samples.jsonl", "")
    for command in (("gate",), ("gate", "--blame"), ("releases", "blame")):
        ended = labci("-C", place, *command, *options)
        assert ended.code in (0, 1, 4), ended.err
    assert runs(place) == [run]
    assert (run / "verdict.json").exists()


def test_plan_takes_a_run_and_a_seed(labci: Labci, place: Path) -> None:
    assert labci("-C", place, "run", *SHAPING, "--to", "diff").code == 0
    (run,) = runs(place)
    ended = labci("-C", place, "plan", *SHAPING)
    assert ended.code == 0, ended.err
    assert labci("-C", place, "plan", "--run", run, *SHAPING).code == 0
    assert runs(place) == [run]
    assert labci("-C", place, "plan", *SHAPING[:2], "--seed", 4, *SHAPING[4:]).code == 0
    assert len(runs(place)) == 2
