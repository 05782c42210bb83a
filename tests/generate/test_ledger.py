"""Everything that a shipped flow asks for is in a row: no candidate is lost on its way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from labci import flows
from labci.ask import Answers, Ask, drive
from labci.flows import program
from labci.generate import generate
from labci.job import Job
from labci.marking import calibrations_of
from labci.request import Response
from labci.work import Opened, Work, task_of, units_of, works
from tests.generate.conftest import PAIRS, Place, accounted, knowledge_leaf, quiz, rows, skill_leaf
from tests.servers.chat import Body, serving
from tests.servers.lab import Large

MARKING = {"manner", "faithful", "rate"}  # steps that make no candidate, and drop none
ONE = {"ask", "vary", "answer", "context", "fit", "precise"}  # steps whose requests are of one candidate each
CALIBRATION = "calibration"
# Stages that must have dropped something, of those that come after a program: else a loss there would not be seen.
AFTER: dict[str, set[str]] = {
    "variation": {"copying"},
    "instruction": {"judge"},
    "question-answer": set(),
    "answer-first": {"dedupe"},
}


def varying(body: Body) -> str:
    """A small teacher of skills: variations of a seed, and answers; some don't agree, some are the example's."""
    last, seed = str(body["messages"][-1]["content"]), int(body["seed"])
    if last.startswith("Give me another request"):
        return f"Please write about lamp {seed % 1000} of the harbour" if seed % 5 else "no"
    if last.endswith("New text:"):
        return f"Notes of another meeting, number {seed % 1000}: the boat is painted by Ole on Monday." * (seed % 5 > 0)
    if (number := sum(map(ord, last))) % 4 == 1:
        return next(str(message["content"]) for message in body["messages"] if message["role"] == "assistant")
    return f"The {seed if number % 4 == 0 else number} of them are done as asked, and nothing is left of it {seed % 2}."


def stubborn(body: Body) -> str | None:
    """No object where one was asked for, at times not even when asked again; and a low mark for some answers."""
    text, again = body["messages"][1]["content"], len(body["messages"]) > 2
    number = sum(map(ord, text)) % 5
    if "Rate the answer" in text and "Done as asked" in text and number == 0:
        return json.dumps({"why": "no", "rating": 1})
    judging = "Three questions about" in text or "tell exactly what" in text
    return "Hm." if judging and (number == 0 or (number == 1 and not again)) else None


class Account:
    """What the programs of a run have asked, step by step, by digest, as its store answers it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.asked: list[tuple[str, str]] = []
        for work in works(job, Opened(job=job)):
            self._read(work)

    def _read(self, work: Work) -> None:
        names = {step.prompts: name for name, step in work.flow.steps.items()}
        for unit in units_of(self.job, work):
            drive(program(work.flow).make(task_of(self.job, work, unit)), self._noting(names.__getitem__))
        for calibrating in calibrations_of(self.job, work).values():
            drive(calibrating, self._noting(lambda _: CALIBRATION))

    def _noting(self, name: Callable[[str], str]) -> Callable[[Sequence[Ask]], Answers]:
        def answer(asks: Sequence[Ask]) -> Answers:
            self.asked += [(name(ask.request.flow), ask.request.digest) for ask in asks]
            return {ask.request.digest: self._stored(ask.request.digest) for ask in asks}

        return answer

    def _stored(self, key: str) -> Response:
        entry = self.job.store.get("responses", key)
        assert entry is not None, "the run has not asked this"
        return Response(**entry)

    def of(self, steps: set[str]) -> Counter[str]:
        """Requests of these steps; two candidates may come of the same one."""
        return Counter(key for step, key in self.asked if step in steps)


@pytest.mark.slow
@pytest.mark.parametrize("name", flows.names())
def test_every_request_is_in_a_row(
    repository: Path, monkeypatch: pytest.MonkeyPatch, git_commit: Callable[[Path], None], name: str
) -> None:
    kind, _, size = name.partition("-")
    if kind == "knowledge":
        knowledge_leaf(repository)
        known = [pair for pairs in PAIRS for pair in pairs]
    else:
        known = skill_leaf(repository, flows.load(name).kind)
    git_commit(repository)
    teacher = Large(true=known, faults=stubborn) if size == "large" else quiz if kind == "knowledge" else varying
    with serving(teacher) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        job = Place(folder=repository, teacher=chat).job(flags={f"flows.{kind}": name})
        generate(job)
    accounted(job)
    account = Account(job)
    there = {path.name for path in (repository / ".labci/store/responses").rglob("*") if path.is_file()}
    assert {key for _, key in account.asked} == there
    assert len(there) == len(chat.asked)
    samples, rejects = rows(job, "samples.jsonl"), rows(job, "rejects.jsonl")
    made = [row for row in (*samples, *rejects) if row["requests"]]
    assert any(row["requests"] for row in samples)
    assert any(row["requests"] for row in rejects)
    assert AFTER[flows.load(name).program] <= {row["stage"] for row in rejects}
    steps = set(flows.load(name).steps) - MARKING - {"creative"}
    assert steps <= {step for step, _ in account.asked}
    found = Counter(key for row in made for key in row["requests"])
    assert set(found) == set(account.of(steps))
    once = account.of(ONE)
    assert {key: count for key, count in found.items() if key in once} == once
