"""The teacher as a judge: on which leaves its own marks decide, and what it is asked before they are trusted."""

from __future__ import annotations

from labci import digest
from labci.blocks.corrupt import Row, corrupted, damaged
from labci.blocks.spans import spans
from labci.flows import Judging, judge_of
from labci.job import Job
from labci.units import Unit
from labci.work import Work, pairs_of, task_of

MAX_ASKED = 45  # corrupted pairs of a leaf: each is a request to the teacher


def asks_teacher(work: Work) -> bool:
    """Whether the flow's own judge decides, and not the student's likelihoods."""
    return "mark" in work.flow.settings and judge_of(work.flow) is not None


def calibration_of(job: Job, work: Work) -> Judging | None:
    """What the teacher is asked to calibrate it as the judge of a leaf; None where it does not judge."""
    found = judge_of(work.flow) if asks_teacher(work) else None
    if found is None:
        return None
    true, wrong = asked_rows(job, work)
    return found.judge(task_of(job, work, Unit(digest="calibration")), [*true, *wrong]) if true and wrong else None


def asked_rows(job: Job, work: Work) -> tuple[list[Row], list[Row]]:
    """True and corrupted pairs with the whole context that they are judged by."""
    rows = [(seed.context or "", pair.question, pair.answer) for seed, pair in pairs_of(job, work)]
    if work.leaf.kind == "knowledge":
        wrong = list(corrupted(rows, [[span.text for span in spans(text)] for text, _, _ in rows]))
    else:
        wrong = list(damaged(rows))
    return rows, sorted(wrong, key=digest.of_json)[:MAX_ASKED]
