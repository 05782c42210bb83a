"""What units of work would ask: their programs run as in generation, with stand-ins for what nobody has said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

from labci.ask import ASSUMED, Answers, Ask, drive
from labci.english.reading import can_read
from labci.flows import Task, program
from labci.job import Job
from labci.marking import calibrations_of
from labci.request import Response
from labci.units import Unit
from labci.work import Work, task_of, wanted

OF_A_PAIR = 3  # samples: with a short and a long answer, and in other words with the short one
CHARS_PER_TOKEN = 4.2  # of English in SmolLM2's tokenizer, measured on the shipped leaves
TURN_TOKENS = 5  # what the chat template adds to a message
LONGER = 2.0  # what a small teacher writes, in lengths of its example (docs/generation.md)
YIELD = 0.55  # of the wanted samples, as the embedded teacher's runs gave (docs/generation.md)
CALLS_PER_WORD = 1.1  # of a document, at three samples a span; where the parser is not installed
PROMPT_TOKENS = 60  # of a question's request


@dataclass(slots=True, kw_only=True)
class Cost:
    """What some work would cost; fractions where it is estimated. samples: the contributor's own left out."""

    calls: float = 0.0
    cached: float = 0.0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0
    samples: float = 0.0

    def add(self, other: Cost, times: float = 1.0) -> None:
        """Add another cost, so many times."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + times * getattr(other, field.name))


def is_guessed(work: Work) -> bool:
    """Whether the cost goes by a paragraph's length, as a core installation can't read it."""
    return work.flow.program == "answer-first" and not can_read()


def cost_of(job: Job, work: Work, unit: Unit | None) -> Cost:
    """What one unit of a leaf costs; None stands for the calibration of the leaf's judges."""
    cost = Cost()
    if unit is None:
        for calibrating in calibrations_of(job, work).values():
            drive(calibrating, partial(_answers, job, cost, list[int]()))
    elif is_guessed(work):
        _guess(job, work, unit, cost)
    else:
        task = task_of(job, work, unit)
        drive(program(work.flow).make(task), partial(_answers, job, cost, waves := list[int]()))
        cost.samples += _expected(task, next(filter(None, waves), 0))
    return cost


def _guess(job: Job, work: Work, unit: Unit, cost: Cost) -> None:
    """What a paragraph usually costs."""
    words = len(unit.chunk.text.split()) if unit.chunk else 0
    cost.calls = round(words * CALLS_PER_WORD * wanted(job, work) / 3)
    cost.samples = cost.calls * YIELD / 2
    cost.prompt_tokens = cost.calls * PROMPT_TOKENS


def _answers(job: Job, cost: Cost, waves: list[int], asks: Sequence[Ask]) -> Answers:
    """Counts what a program asks at once, and answers it. waves: gets how much that is."""
    waves.append(len(asks))
    return {ask.request.digest: _answer(job, ask, cost) for ask in asks}


def _answer(job: Job, ask: Ask, cost: Cost) -> Response:
    """Counts a request; the store's answer to it, else what it will be like."""
    request = ask.request
    found = Response.of_entry(job.store.get("responses", request.digest))
    cost.calls += 1
    cost.cached += found is not None
    if found is not None:
        return found
    cost.prompt_tokens += sum(_tokens(item["content"]) + TURN_TOKENS for item in request.messages)
    longer = LONGER if request.schema is None else 1.0
    cost.completion_tokens += min(request.sampling.max_tokens, longer * _tokens(ask.like))
    return Response(text=ask.like, finish=ASSUMED, prompt_tokens=0, completion_tokens=0)


def _tokens(text: str) -> float:
    return len(text) / CHARS_PER_TOKEN


def _expected(task: Task, asked: int) -> float:
    """Samples of a unit, beside the contributor's own. asked: requests of its first wave."""
    if not asked:
        return 0.0
    if task.flow.program == "answer-first":
        each = len(task.flow.steps["ask"].samplings(task.wanted))
        return asked / each * task.wanted * YIELD
    if task.flow.program == "question-answer":
        return (asked + 1) * task.wanted * OF_A_PAIR * YIELD
    return task.wanted * YIELD
