"""The filters against pairs that were read by hand (labels.jsonl; `python -m tests.quality.measure` prints it all)."""

from __future__ import annotations

import pytest

from tests.conftest import LEAVES
from tests.quality.measure import Measure, current, kind, measure, own, passes, rows

ROWS = rows()
DROPPED = [row for row in ROWS if row["rejected"] is not None]


def of(who: str) -> Measure:
    return measure((row for row in ROWS if kind(row) == who), passes)


def test_there_is_enough_to_judge_by() -> None:
    assert len(ROWS) >= 150
    assert sum(row["rejected"] is None and kind(row) != "gaps" for row in ROWS) >= 60
    assert len({(row["leaf"], row["fact"], row["question"], row["answer"]) for row in ROWS}) == len(ROWS)


def test_labels_hold_together() -> None:
    """What is good is grounded, what is not says why, and no leaf is one that teaching is measured by."""
    for row in ROWS:
        assert row["grounded"] or not row["good"], row
        assert row["good"] == (not row["note"]), row
        assert row["leaf"].startswith(("dev_", "gen_")), row
        assert (LEAVES / row["leaf"] / "document.md").is_file()
        assert (row["rejected"] is None) == (row["stage"] is None)


@pytest.mark.slow
def test_what_was_dropped_is_worse_than_what_was_kept() -> None:
    kept, dropped = measure(ROWS, passes), measure(DROPPED, lambda row: True)
    assert kept.precision > dropped.precision + 0.3
    assert kept.recall > 0.45


def test_each_filter_drops_mostly_what_is_wrong() -> None:
    for stage in ("question", "suits", "match", "judge"):
        found = measure(ROWS, lambda row, at=stage: row["stage"] == at)  # type: ignore[misc]
        assert found.passed >= 8
        assert found.precision <= 0.5, stage


def test_questions_by_rule_are_grounded() -> None:
    assert of("rules").precision >= 0.9
    assert of("gaps").precision >= 0.9


def test_what_was_wrong_and_dropped_is_still_dropped() -> None:
    """Nearly all of it; that a filter learns to let a right one pass is no fault."""
    wrong = [row for row in DROPPED if row["stage"] in ("question", "suits") and not row["grounded"]]
    assert len(wrong) >= 30
    assert sum(map(passes, wrong)) <= 0.15 * len(wrong)


def test_nine_of_ten_that_pass_are_grounded() -> None:
    """Those of the specialist, too."""
    assert measure(ROWS, passes).precision >= 0.9
    assert measure(filter(current, ROWS), passes).precision >= 0.9
    written = measure(filter(own, ROWS), passes)
    assert written.passed >= 60
    assert written.precision >= 0.9


def test_seven_of_ten_that_are_kept_are_good() -> None:
    """Of what three draws of 60 took from what was kept of two documents, by looser filters, what is kept today.

    -0.4 was chosen on all three, because of the third: of what nobody had read before, 34 were good (0.57) and 49 right
    (0.82) at -0.8. Three of its clumsy ones by rule are not made any more.
    """
    draws = {"2026-11": 30, "2026-11-29": 40, "2026-11-29, rest": 45}
    for drawn, least in draws.items():
        found = measure((row for row in ROWS if row.get("drawn") == drawn), passes)
        assert found.passed >= least, drawn
        assert found.good >= 0.69, drawn
        assert found.precision >= 0.9, drawn
    assert measure((row for row in ROWS if row.get("drawn") in draws), passes).good >= 0.72
