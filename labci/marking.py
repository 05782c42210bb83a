"""The teacher as a judge: what each of its judges is asked of a leaf's own pairs before its word drops anything.

The true rows are the contributor's pairs, the wrong ones break just what a judge is there for, by rule: another answer
for "faithful" and "rate", names taken out for "alone", an answer beside the question for "relevant", another task's
instruction for "fit".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from labci import digest
from labci.ask import Running
from labci.blocks.beside import beside
from labci.blocks.corrupt import Row, corrupted, damaged
from labci.blocks.spans import spans
from labci.blocks.unclear import common_words, unclear
from labci.blocks.unfit import unfit
from labci.flows import Judge, judge_of
from labci.job import Job
from labci.units import Unit
from labci.work import Work, pairs_of, task_of

MAX_ASKED = 45  # corrupted pairs of a leaf: each is a request to the teacher
WRONG = 40  # the same of the judges that drop before there is a mark, in equal shares from their pairs
Scores = tuple[list[float], list[float]]  # of true and of corrupted rows
Calibrating = Running[Scores]
Rows = tuple[list[Row], list[Row]]


def asks_teacher(work: Work) -> bool:
    """Whether the flow's own judges decide, and not the student's likelihoods."""
    return "mark" in work.flow.settings and judge_of(work.flow) is not None


def judges_of(work: Work) -> list[str]:
    """The names of a leaf's judges, those that its flow has; the last one marks. None where it asks no teacher."""
    found = judge_of(work.flow) if asks_teacher(work) else None
    return [name for name in found.JUDGES if name in work.flow.steps] if found else []


def calibrations_of(job: Job, work: Work) -> dict[str, Calibrating]:
    """What the teacher is asked to calibrate each judge of a leaf, by name; nothing where there is nothing to tell.

    A program ends with the marks; a row that got none has the lowest.
    """
    found = judge_of(work.flow)
    rows = {name: ROWS[name](job, work) for name in judges_of(work)}
    return {
        name: _calibrating(found, job, work, name, each) for name, each in rows.items() if found and each[0] and each[1]
    }


def _calibrating(judge: Judge, job: Job, work: Work, name: str, rows: Rows) -> Calibrating:
    true, wrong = rows
    marks = yield from judge.judge(task_of(job, work, Unit(digest="calibration")), name, [*true, *wrong])
    values = [0.0 if mark is None else mark for mark in marks]
    return values[: len(true)], values[len(true) :]


def _pairs(job: Job, work: Work) -> list[Row]:
    """(context, question, answer) of the pairs that may be taught."""
    return [(seed.context or "", pair.question, pair.answer) for seed, pair in pairs_of(job, work)]


def _answers(job: Job, work: Work) -> Rows:
    """Pairs with the whole context that they are judged by, and with other answers."""
    rows = _pairs(job, work)
    if work.leaf.kind == "knowledge":
        wrong = list(corrupted(rows, [[span.text for span in spans(text)] for text, _, _ in rows]))
    else:
        wrong = list(damaged(rows))
    return rows, sorted(wrong, key=digest.of_json)[:MAX_ASKED]


def _few(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """The rows that a judge is calibrated on, some of very many, and how many corrupted ones each of them gives.

    Each gives its own, however many the others give: so a changed seed re-asks what is made of it, and nothing else.
    """
    found = sorted(dict.fromkeys(rows), key=digest.of_json)[:MAX_ASKED]
    return found, -(-WRONG // max(1, len(found)))


def _questions(job: Job, work: Work) -> Rows:
    """Questions, and the same with nothing that says what they are about: their names, and what most of them have."""
    pairs = _pairs(job, work)
    common = common_words([question for _, question, _ in pairs])
    rows, each = _few([("", question, "") for _, question, _ in pairs])
    return _told(rows, (("", text, "") for _, asked, _ in rows for text in islice(unclear(asked, common), each)))


def _relevance(job: Job, work: Work) -> Rows:
    """Questions with their answers, and with answers beside them; no context, as whether they are true is not asked."""
    rows, each = _few([("", question, answer) for _, question, answer in _pairs(job, work)])
    return _told(rows, beside(rows, each))


def _instructions(job: Job, work: Work) -> Rows:
    """Instructions, and ones that are no instance of the task or can't be answered."""
    rows, each = _few([(context, question, "") for context, question, _ in _pairs(job, work)])
    return _told(rows, unfit(work.leaf.about, rows, each))


def _told(true: list[Row], wrong: Iterable[Row]) -> Rows:
    """None twice, and none that is wrong and true."""
    return true, [row for row in dict.fromkeys(wrong) if row not in true]


ROWS: Mapping[str, Callable[[Job, Work], Rows]] = {
    "faithful": _answers, "rate": _answers, "alone": _questions, "relevant": _relevance, "fit": _instructions,
}  # fmt: skip
