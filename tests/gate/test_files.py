"""scores.json in, verdict.json out: shapes and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labci import schema
from labci.errors import UsageError
from labci.gate import decide, load_scores
from labci.report.verdict import render
from labci.verdict import Verdict
from tests.conftest import Labci, put
from tests.gate.make import LEAF, POLICY, base_rows, one, rows, scores
from tests.release.make import Maker, change

GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]


def written(folder: Path, value: Any) -> Path:
    """A scores.json."""
    path = folder / "scores.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_scores_survive_the_file(tmp_path: Path) -> None:
    found = one(GAIN)
    assert load_scores(written(tmp_path, found.to_json())) == found


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("rows", 3, "nll"), "2", "rows[3].nll: '2' is not of type 'number'"),
        (("rows", 0, "suite"), "newer", "rows[0].suite"),
        (("version",), 2, "version"),
        (("rows",), None, "rows"),
        (("models",), {}, "models"),
        (("new_leaves",), "x", "new_leaves"),
    ],
)
def test_bad_scores_say_where(tmp_path: Path, path: tuple[Any, ...], value: Any, message: str) -> None:
    document: Any = one(GAIN).to_json()
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(UsageError) as error:
        load_scores(written(tmp_path, document))
    assert message in error.value.message


def test_no_file_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing"):
        load_scores(tmp_path / "none.json")
    with pytest.raises(UsageError, match="not JSON"):
        load_scores(written(tmp_path, "{"))


def test_nan_in_the_file_is_an_error(tmp_path: Path) -> None:
    document = one(GAIN).to_json()
    document["rows"][0]["nll"] = float("nan")
    with pytest.raises(UsageError, match=r"rows\[0\].nll"):
        decide(load_scores(written(tmp_path, document)), POLICY)


def verdicts() -> list[Verdict]:
    """One verdict of each kind."""
    harmed = rows("old", "knowledge/old", [-1.0, -1.1, -0.9])
    failed = scores({LEAF: rows("new", LEAF, GAIN)}, {"knowledge/old": harmed}, *base_rows(harmed, 0.5))
    return [decide(found, POLICY) for found in (one(GAIN), one([1.0]), failed, one([]))]


@pytest.mark.parametrize("verdict", verdicts(), ids=lambda verdict: verdict.verdict)
def test_verdict_shape_and_renderings(verdict: Verdict) -> None:
    document = json.loads(render(verdict, "json"))
    assert list(schema.validator("verdict").iter_errors(document)) == []
    assert Verdict.from_json(document) == verdict
    for form in ("text", "markdown"):
        shown = render(verdict, form)
        assert verdict.verdict in shown
        assert all(check.result in shown for check in verdict.checks)
    assert verdict.reasons


def test_markdown_keeps_a_strange_leaf_inside_its_cell() -> None:
    leaf = "knowledge/a|b<img>`x"
    shown = render(decide(scores({leaf: rows("new", leaf, GAIN)}), POLICY), "markdown")
    assert "<img" not in shown
    line = next(line for line in shown.splitlines() if line.startswith("| new:"))
    assert line.replace("\\|", "").count("|") == 9


@pytest.mark.parametrize("acting", ["@team", "www.example.org", "${{ x }}", " #12", "https://example.org"])
def test_no_name_of_a_leaf_acts_in_a_comment(acting: str) -> None:
    leaf = f"knowledge/{acting}"
    assert acting not in render(decide(scores({leaf: rows("new", leaf, GAIN)}), POLICY), "markdown")


@pytest.mark.parametrize(("effects", "code", "word"), [(GAIN, 0, "PASS"), ([-0.1, 0.0, -0.2, -0.1], 1, "FAIL")])
def test_the_command_needs_two_files_and_no_repository(
    tmp_path: Path, labci: Labci, effects: list[float], code: int, word: str
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("{alpha: 0.05, margin_nll: 0.1, min_gain_nll: 0.2}\n")
    arguments = ("gate", "--scores", written(tmp_path, one(effects).to_json()), "--policy", policy, "--format")
    ended = {form: labci("-C", tmp_path, *arguments, form) for form in ("text", "json", "markdown")}
    assert {one.code for one in ended.values()} == {code}
    assert json.loads(ended["json"].out)["verdict"] == word
    assert ended["text"].out.startswith(f"verdict: {word}\n")
    assert ended["markdown"].out.startswith(f"**{word}**\n")
    assert "| check | result |" in ended["markdown"].out


def test_a_missing_scores_file_is_said(tmp_path: Path, labci: Labci) -> None:
    ended = labci("-C", tmp_path, "gate", "--scores", tmp_path / "none.json")
    assert ended.code == 2
    assert "none.json is missing" in ended.err


@pytest.mark.parametrize(
    "given", [("--run", "r"), ("main~1..main",), ("--set", "gate.alpha=0.01"), ("--seed", "0"), ("--dry-run",)]
)
def test_what_is_given_beside_scores_is_never_dropped(tmp_path: Path, labci: Labci, given: tuple[str, ...]) -> None:
    ended = labci("-C", tmp_path, "gate", "--scores", written(tmp_path, one(GAIN).to_json()), *given)
    assert (ended.code, ended.out) == (2, "")
    assert "--scores" in ended.err
    assert " next: " in ended.err


def test_settings_beside_scores_are_never_dropped(tmp_path: Path, labci: Labci) -> None:
    scores, config = written(tmp_path, one(GAIN).to_json()), put(tmp_path, "strict.yaml", "gate: {min_gain_nll: 9}\n")
    ended = labci("-C", tmp_path, "--config", config, "gate", "--scores", scores)
    assert (ended.code, "--policy FILE" in ended.err) == (2, True)


@pytest.fixture
def gated(tmp_path: Path) -> tuple[Maker, Path]:
    """A repository and a run of it that the gate has passed."""
    maker = Maker(tmp_path / "repository")
    job = maker.job(maker.base, maker.leaf(LEAF))
    maker.until_gate(job, [change(LEAF)], GAIN)
    return maker, job.run.path


def test_a_policy_is_applied_to_a_run_and_recorded(gated: tuple[Maker, Path], tmp_path: Path, labci: Labci) -> None:
    maker, run = gated
    assert labci("-C", maker.root, "gate", "--run", run).code == 0
    policy = put(tmp_path, "strict.yaml", "min_gain_nll: 9.0\n")
    ended = labci("-C", maker.root, "gate", "--run", run, "--policy", policy, "--format", "json")
    assert (ended.code, json.loads(ended.out)["verdict"]) == (1, "FAIL")
    asked = json.loads((run / "manifest/gate.json").read_text())["settings"]
    assert asked == {"alpha": 0.05, "margin_nll": 0.1, "min_gain_nll": 9.0}


@pytest.mark.parametrize(
    ("with_run", "more", "message"),
    [(False, (), "add --run DIR, or --scores FILE"), (True, ("--set", "gate={alpha: 0.01}"), "both say")],
)
def test_a_policy_that_would_not_be_read_is_refused(
    gated: tuple[Maker, Path], tmp_path: Path, labci: Labci, with_run: bool, more: tuple[str, ...], message: str
) -> None:
    maker, run = gated
    policy = put(tmp_path, "strict.yaml", "min_gain_nll: 9.0\n")
    named = ("--run", run) if with_run else ()
    ended = labci("-C", maker.root, "gate", "--policy", policy, *named, *more)
    assert (ended.code, message in ended.err) == (2, True)
