"""What rules and the specialist ask of documents that nothing was fitted to: 940 questions, read one by one.

unseen.jsonl: of three documents (a life, a loom's manual, a lake's rule book) facts, questions and the answers that
were wanted. said: what the fact says to the question, null if nothing. likely, read: by the shipped specialist, which
has learned of thirteen other documents that were read in the same way. matches: whether the question passed the
match. `by` an earlier specialist, with questions that its thresholds dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labci.artifact import read_jsonl
from labci.blocks.calibration import auc_of
from labci.models.specialist.judged import judged
from tests.quality.measure import SETTINGS

Row = dict[str, Any]
ROWS: list[Row] = list(read_jsonl(Path(__file__).with_name("unseen.jsonl")))
RULES = [row for row in ROWS if row["by"] == "rules"]
WRITTEN = [row for row in ROWS if row["by"] == "specialist" and row["matches"]]


def share(rows: list[Row]) -> float:
    return sum(row["right"] for row in rows) / len(rows)


def test_they_are_of_no_document_that_was_learned_from() -> None:
    assert len(ROWS) == 940
    assert not {row["topic"] for row in ROWS} & {item.topic for item in judged()}
    assert all(row["right"] == (row["said"] == row["answer"]) and row["right"] >= row["good"] for row in ROWS)


def test_seventeen_of_twenty_by_rule_are_right() -> None:
    assert len(RULES) > 250
    assert share(RULES) >= 0.85


def test_reading_tells_right_questions_from_wrong_ones() -> None:
    right, wrong = ([row["read"] for row in WRITTEN if row["right"] is said] for said in (True, False))
    assert auc_of(right, wrong)[0] >= 0.7


def test_the_thresholds_leave_fewer_wrong_ones() -> None:
    """Of 0.56 that are right 0.71; 0.9 is the aim (docs/generation.md)."""
    kept = [row for row in WRITTEN if row["likely"] >= SETTINGS["read_likely"] and row["read"] >= SETTINGS["read"]]
    assert len(kept) >= 130
    assert share(kept) >= 0.7
    assert share(WRITTEN) < 0.58
