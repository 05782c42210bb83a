"""The filters against pairs that were read by hand (labels.jsonl; `python -m tests.quality.measure` prints it all)."""

from __future__ import annotations

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
    """The specialist's own less often: of those on documents that nothing was fitted to, four in five."""
    assert measure(ROWS, passes).precision >= 0.9
    assert measure(filter(current, ROWS), passes).precision >= 0.9
    written = measure(filter(own, ROWS), passes)
    assert written.passed >= 60
    assert written.precision >= 0.85


def test_two_of_three_that_are_kept_are_good() -> None:
    """Of 60 drawn at random from what is kept by default of two documents that no threshold had been fitted to.

    39 are good (0.65), where 7 in 10 are asked, and 55 right. What was read led to three mends, so that two of the five
    wrong or clumsy ones by rule are not made any more.
    """
    drawn = [row for row in ROWS if row.get("drawn") == "2026-11-29"]
    assert len(drawn) == 60
    found = measure(drawn, passes)
    assert found.passed >= 58
    assert found.good >= 0.65
    assert found.precision >= 0.9


def test_those_drawn_before_the_specialist_read_are_better_where_it_reads() -> None:
    """At a likelihood of -0.5 alone 53 of 60 passed, 0.89 right and 0.70 good."""
    found = measure((row for row in ROWS if row.get("drawn") == "2026-11"), passes)
    assert found.passed >= 40
    assert found.good >= 0.7
    assert found.precision >= 0.9
