"""Reasons say in words which way a likelihood went: a bare sign reads as a loss to who thinks of losses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labci import config
from labci.cli.options import parse_settings
from labci.gate.text import reason
from labci.report.verdict import next_steps, to_markdown, to_text
from labci.verdict import Check, Result, Verdict
from tests.gate.make import POLICY

CHECK = Check(
    name="general", kind="non-inferiority", metric="nll", items=200, clusters=200, effect=0.24, ci=(0.15, 0.32),
    p=0.0, margin=0.1, detectable=0.13, result="PASS",
)  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "result", "expected"),
    [
        (0.24, "PASS", "General questions: kept, answers became more likely by 0.24 nats per token; a loss of 0.10"),
        (-0.02, "PASS", "General questions: kept, answers became less likely by 0.02 nats per token; a loss of 0.10"),
        (0.001, "PASS", "General questions: kept, answers are as likely as before; a loss of 0.10"),
        (-0.09, "INCONCLUSIVE", "General questions: answers became less likely by 0.09 nats per token; a loss"),
        (-0.3, "FAIL", "General questions: answers became less likely by 0.30 nats per token, more than the 0.10"),
    ],
)
def test_general_questions(effect: float, result: Result, expected: str) -> None:
    found = reason(replace(CHECK, effect=effect, result=result), POLICY)
    assert found.startswith(expected)
    assert found.endswith("(interval +0.15 to +0.32, 200 items in 200 clusters, enough to see 0.13).")


def verdict(kind: str, *checks: tuple[str, Result]) -> Verdict:
    made = tuple(replace(CHECK, name=name, result=result) for name, result in checks)
    return Verdict(verdict=kind, reasons=("Why.",), checks=made)  # type: ignore[arg-type]


def test_after_a_pass_there_is_nothing_to_do() -> None:
    """Not even where one earlier leaf can't be decided alone."""
    assert next_steps(verdict("PASS", ("general", "PASS"), ("old:knowledge/a", "INCONCLUSIVE"))) == ()


def test_each_refusal_says_what_to_do_next_once() -> None:
    old: Result = "INCONCLUSIVE"
    found = verdict("FAIL", ("new:knowledge/a", old), ("contrast:knowledge/a", old), ("old", "FAIL"), ("general", old))
    more, anew = next_steps(found)
    assert "knowledge/a/heldout.yaml" in more
    setting = anew.rpartition("--set ")[2]
    assert config.read(b"", flags=parse_settings([setting])).train.lane == "rebuild"
    assert f"  next: {more}\n  next: {anew}\n" in to_text(found)
    assert "- Next: training all leaves" in to_markdown(found)


def test_a_first_release_is_not_sent_to_the_base_model_that_it_started_from() -> None:
    (step,) = next_steps(verdict("FAIL", ("old", "NOT-APPLICABLE"), ("general", "FAIL")))
    assert "train.learning_rate" in step


def test_of_very_many_checks_a_comment_shows_what_did_not_pass() -> None:
    """A comment has 65,536 characters at most, and a model may have been taught hundreds of leaves."""
    many: list[tuple[str, Result]] = [
        (f"old:knowledge/{'deep/' * 20}{n}", "FAIL" if n % 100 == 7 else "PASS") for n in range(600)
    ]
    found = verdict("FAIL", *many)
    text = to_markdown(found)
    assert len(text) < 30_000
    assert [line.split("|")[2].strip() for line in text.splitlines() if "deep" in line] == ["FAIL"] * 6
    assert "… and 594 more checks" in text
    assert to_text(found).count("deep") == 600 * 20
