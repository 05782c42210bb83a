"""What people read: which leaf, by whom, what got worse by how much, what to do next; and nothing of it acts."""

from __future__ import annotations

import json

from labci import schema
from labci.blame.probe import Probe
from labci.blame.result import Blame, Culprit, worse
from labci.gate import decide
from labci.report.blame import render
from tests.gate.make import LEAF, POLICY, base_rows, rows, scores

GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]
STRANGE = "knowledge/a|b<img>`@team"
HARM = rows("old", "knowledge/old", [-1.0, -1.1, -0.9])
KEPT = rows("old", "knowledge/old", [0.1, 0.2, 0.0])
BOTH = {LEAF: rows("new", LEAF, GAIN), STRANGE: rows("new", STRANGE, GAIN)}
FAILED = decide(scores(BOTH, {"knowledge/old": HARM}, *base_rows(HARM, 0.5)), POLICY)
PASSED = decide(scores({LEAF: BOTH[LEAF]}, {"knowledge/old": KEPT}, *base_rows(KEPT, 2.0)), POLICY)
FOUND = Blame(
    verdict=FAILED, why=f"{STRANGE}: without it the others pass.", contributions=(LEAF, STRANGE),
    culprits=(Culprit(leaf=STRANGE, status="added", authors=("Tess \x1b[2J",)),), worse=worse(FAILED, PASSED),
    probes=(Probe(removed=(STRANGE,), folder="blame/0", mixture="0" * 64, verdict=PASSED),), next=("labci run",),
)  # fmt: skip


def test_all_of_it_is_in_the_text() -> None:
    shown = render(FOUND)
    assert shown.startswith(f"blame: {STRANGE}: without it the others pass.\n")
    assert "by Tess \\x1b[2J" in shown
    assert "  old:knowledge/old: -1.00 with it, +0.10 without (PASS); allowed or asked: 0.00" in shown
    assert f"  PASS          without {STRANGE}" in shown
    assert shown.endswith("next: labci run")


def test_in_a_comment_no_name_acts() -> None:
    shown = render(FOUND, "markdown")
    assert "<img" not in shown
    assert "@team" not in shown
    assert "\x1b" not in shown
    line = next(line for line in shown.splitlines() if line.startswith("| old:knowledge/old"))
    assert [cell.strip() for cell in line.split("|")[2:5]] == ["-1.00", "+0.10", "0.00"]


def test_json_is_as_its_schema_says() -> None:
    value = json.loads(render(FOUND, "json"))
    assert list(schema.validator("blame").iter_errors(value)) == []
    assert value["worse"][0]["effect_without"] is not None


def test_what_failed_without_a_passing_probe_has_no_peer() -> None:
    found = worse(FAILED, None)
    assert found
    assert {item.result_without for item in found} == {None}
