"""Reasons say in words which way a likelihood went: a bare sign reads as a loss to who thinks of losses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labci.gate.text import reason
from labci.verdict import Check, Result
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
