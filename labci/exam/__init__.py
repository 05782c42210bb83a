"""What can a teacher do? Sixteen answers to judge, half of them wrong; asked once, the answers stay in the store.

Flows for large teachers trust the teacher as a judge and want JSON. A teacher that can't tell a right answer from a
wrong one in a short text, in the very form in which the flows ask, is given the flows for small teachers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from labci import digest, flows
from labci.flow import Step
from labci.request import Request, Response
from labci.structured import read_object

FLOW, STEP, SLOTS = "knowledge-large", "faithful", ("document", "question", "answer")
LEAST = 13  # of 16: who guesses gets there in 1 of 94 exams


def requests(model: str) -> list[Request]:
    """The questions of the exam. model: digest of the teacher."""
    step, paper = _step(), digest.of_json(_items())
    return [
        Request(
            model=model,
            messages=step.fill({"heading": "", **{name: item[name] for name in SLOTS}}),
            sampling=step.samplings(1)[0],
            seed=0,
            flow=paper,
            schema=step.answer,
        )
        for item in _items()
    ]


def right(model: str, responses: Mapping[str, Response]) -> int:
    """How many of the questions were judged rightly. responses: by request digest."""
    schema = _step().answer or {}
    found = (responses.get(request.digest) for request in requests(model))
    said = (read_object(response.text, schema)[0] if response else None for response in found)
    return sum((value or {}).get("verdict") == verdict for value, verdict in zip(said, key(), strict=True))


def key() -> list[str]:
    """The right verdicts, in the order of the questions."""
    return [item["verdict"] for item in _items()]


def passed(model: str, responses: Mapping[str, Response]) -> bool:
    """Whether a teacher may judge."""
    return right(model, responses) >= LEAST


def _step() -> Step:
    """What the exam asks is what the flow asks."""
    return flows.load(FLOW).steps[STEP]


@cache
def _items() -> list[dict[str, str]]:
    text = resources.files("labci.exam").joinpath("paper.yaml").read_text("utf-8")
    found: list[dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)["items"]
    return found
