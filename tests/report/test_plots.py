"""The plots of training and verdict: well-formed, inside of their axes, and with the numbers of the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from labci import schema
from labci.artifact import RunFolder, write_json
from labci.config import GateSettings
from labci.gate import decide
from labci.report.frontier import candidates
from labci.report.generation import read
from labci.report.html import to_html
from labci.report.html.forest import forest
from labci.report.html.frontier import frontier
from labci.report.pull_request import to_markdown
from labci.report.run import to_text
from tests.gate.make import LEAF, base_rows, rows, scores
from tests.report.conftest import some
from tests.report.test_html import Page

POINTS = [
    {"alpha": 0.0, "new": 3.5, "general": 2.0, "old": 1.0},
    {"alpha": 0.5, "new": 2.5, "general": 2.01, "old": 1.1},
    {"alpha": 0.75, "new": 2.0, "general": 2.03, "old": 1.15},
    {"alpha": 1.0, "new": 1.75, "general": 2.09, "old": 1.25},
]
TRAINING: dict[str, Any] = {"version": 1, "steps": 9, "tokens": 99, "seconds": 3.0, "alpha": 0.75, "limit": 0.05}
OLD = rows("old", "knowledge/old/y", [0.1, -0.2, 0.05, -0.3, 0.2])
VERDICT = decide(
    scores({LEAF: rows("new", LEAF, [0.9, 1.2, 1.0, 1.4, 0.8])}, {"knowledge/old/y": OLD}, *base_rows(OLD, 2.0)),
    GateSettings(alpha=0.05, margin_nll=0.1, min_gain_nll=0.2),
)


def run(folder: Path, points: list[dict[str, Any]] | None = None, **training: Any) -> RunFolder:
    """A run with its training and its verdict."""
    found = some(folder / "run")
    write_json(found / "training.json", TRAINING | {"frontier": POINTS if points is None else points} | training)
    write_json(found / "verdict.json", VERDICT.to_json())
    return found


def drawings(text: str, name: str) -> Iterator[ElementTree.Element]:
    """Every SVG of a class, parsed as XML; each number of a place lies in the SVG's own window."""
    for found in re.findall(rf'<svg class="{name}".*?</svg>', text, re.DOTALL):
        root = ElementTree.fromstring(found)  # noqa: S314 (our own page)
        left, top, width, height = map(float, root.attrib["viewBox"].split())
        for element in root.iter():
            for key, value in element.attrib.items():
                if key in ("x", "x1", "x2", "cx"):
                    assert left <= float(value) <= left + width, (element.tag, key, value)
                if key in ("y", "y1", "y2", "cy"):
                    assert top <= float(value) <= top + height, (element.tag, key, value)
        yield root


def test_the_frontier_is_drawn_with_the_chosen_alpha(tmp_path: Path) -> None:
    value = read(run(tmp_path))
    schema.validator("report").validate(value)
    text = to_html(value)
    (plot,) = drawings(text, "plot frontier")
    titles = [found.text or "" for found in plot.iter("title")]
    assert "alpha 0.75: gain 1.500, loss on general questions 0.030" in titles
    assert "alpha 1: gain 1.750, loss on samples of earlier leaves 0.250" in titles
    chosen = [found for found in plot.iter("rect") if found.get("class") == "chosen"]
    assert ["alpha 0.75" in (found.findtext("title") or "") for found in chosen] == [True, True]
    page = Page(text)
    assert "Merge-back: alpha 0.75" in page.text
    assert "0.75 1.500 0.030 0.150 chosen" in page.text
    assert "at most 0.050" in page.text


@pytest.mark.parametrize("name", ["old", "new"])
def test_what_was_not_measured_is_a_dash(tmp_path: Path, name: str) -> None:
    points = [point | {name: None} for point in POINTS]
    text = to_html(read(run(tmp_path, points)))
    plots = list(drawings(text, "plot frontier"))
    assert len(plots) == (name == "old")
    assert "samples of earlier leaves" not in "".join(ElementTree.tostring(plot, "unicode") for plot in plots)
    assert ("nothing to plot" in Page(text).text) == (name == "new")
    assert "–" in Page(text[text.index('<section id="frontier">') : text.index('<section id="gate">')]).text


def test_runs_of_earlier_versions_have_no_frontier(tmp_path: Path) -> None:
    """Neither one without a list, nor one whose points know of no earlier leaves and that names no limit."""
    assert candidates(None) == candidates({"alpha": 1.0}) == ()
    older = [{name: point[name] for name in ("alpha", "new", "general")} for point in POINTS]
    found = run(tmp_path, older)
    value = {key: part for key, part in TRAINING.items() if key != "limit"} | {"frontier": older}
    write_json(found / "training.json", value)
    (plot,) = drawings(to_html(read(found)), "plot frontier")
    assert not [line for line in plot.iter("line") if line.get("class") == "threshold"]
    write_json(found / "training.json", {"steps": 1, "alpha": 1.0, "seconds": 1.0})
    assert 'id="frontier"' not in to_html(read(found))


def test_markdown_and_text_have_the_table(tmp_path: Path) -> None:
    found = run(tmp_path)
    text = to_markdown(read(found))
    page = Page(MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(text))
    assert "Merge-back: alpha 0.75" in page.text
    assert "| **0.75** | 1.500 | 0.030 | 0.150 |" in text
    assert "alpha 0.75  NLL new -1.500  general +0.030  old +0.150  chosen" in to_text(found)


def test_each_check_is_drawn_with_what_it_is_held_against(tmp_path: Path) -> None:
    text = to_html(read(run(tmp_path)))
    *found, scale = drawings(text, "forest")
    drawn = [check for check in VERDICT.checks if check.ci]
    assert len(found) == len(drawn) >= 5
    assert len(list(scale.iter("text"))) >= 2
    plot = forest(VERDICT.to_json()["checks"])
    assert plot
    for check, bar in zip(VERDICT.checks, plot.bars, strict=True):
        assert (bar is None) == (check.ci is None)
        if bar and check.ci and check.effect is not None:
            assert 0 <= bar.low <= bar.effect <= bar.high <= plot.width
            assert (bar.margin >= plot.zero) == (check.kind == "superiority" or check.margin == 0)
            assert (bar.low > plot.zero) == (check.ci[0] > 0)


NLL = st.floats(0, 20, allow_nan=False)
POINT = st.fixed_dictionaries({"new": NLL, "general": NLL, "old": st.none() | NLL})


@given(st.lists(POINT, min_size=2, max_size=6), st.none() | st.floats(0.001, 3))
def test_every_alpha_has_its_place(points: list[dict[str, Any]], limit: float | None) -> None:
    named = [point | {"alpha": round(number / len(points), 3)} for number, point in enumerate(points)]
    plot = frontier({"alpha": named[-1]["alpha"], "frontier": named} | ({} if limit is None else {"limit": limit}))
    assert plot
    for series in plot.series:
        for mark in series.marks:
            assert 0 <= mark.x <= plot.width
            assert 0 <= mark.y <= plot.height
        better = sorted(series.marks, key=lambda mark: mark.gain)
        assert [mark.y for mark in better] == sorted((mark.y for mark in better), reverse=True)
        worse = sorted(series.marks, key=lambda mark: mark.loss)
        assert [mark.x for mark in worse] == sorted(mark.x for mark in worse)
        assert [mark.chosen for mark in series.marks].count(True) <= 1
    assert (plot.limit is None) == (limit is None)
    assert plot.limit is None or 0 <= plot.limit <= plot.width
    for ticks, size in ((plot.across, plot.width), (plot.up, plot.height)):
        assert 2 <= len(ticks) <= 10
        assert {min(at for at, _ in ticks), max(at for at, _ in ticks)} == {0, size}


INTERVAL = st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9)).map(sorted)


@given(st.lists(st.tuples(INTERVAL, st.floats(0, 2), st.booleans()), min_size=1, max_size=8))
def test_any_checks_fit_on_their_scale(found: list[tuple[list[float], float, bool]]) -> None:
    checks = [
        {"effect": middle, "ci": [low, high], "margin": margin, "kind": "superiority" if more else "non-inferiority"}
        for (low, middle, high), margin, more in found
    ]
    plot = forest([*checks, {"effect": None, "ci": None, "margin": 0.0, "kind": "superiority"}])
    assert plot
    assert plot.bars[-1] is None
    for bar in plot.bars[:-1]:
        assert bar
        assert 0 <= bar.low <= bar.effect <= bar.high <= plot.width
        assert 0 <= bar.margin <= plot.width
    assert forest([{"effect": 0.0, "ci": None, "margin": 0.0, "kind": "superiority"}]) is None
