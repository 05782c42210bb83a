"""What can a teacher do? Sixteen answers to judge, half of them wrong; asked once, the answers stay in the store.

Flows for large teachers trust the teacher as a judge and want JSON. A teacher that can't tell a right answer from a
wrong one in a short text, in the very form in which the flows ask, is given the flows for small teachers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from labci import digest
from labci.request import Message, Request, Response, Sampling
from labci.structured import read_object

LEAST = 13  # of 16: who guesses gets there in 1 of 94 exams


def requests(model: str) -> list[Request]:
    """The questions of the exam. model: digest of the teacher."""
    paper = _paper()
    return [
        Request(
            model=model,
            messages=_messages(paper, item),
            sampling=Sampling(max_tokens=paper["max_tokens"]),
            seed=0,
            flow=digest.of_json(paper),
            schema=paper["answer"],
        )
        for item in paper["items"]
    ]


def right(model: str, responses: Mapping[str, Response]) -> int:
    """How many of the questions were judged rightly. responses: by request digest."""
    paper = _paper()
    found = (responses.get(request.digest) for request in requests(model))
    said = (read_object(response.text, paper["answer"])[0] if response else None for response in found)
    return sum((value or {}).get("verdict") == verdict for value, verdict in zip(said, key(), strict=True))


def key() -> list[str]:
    """The right verdicts, in the order of the questions."""
    return [item["verdict"] for item in _paper()["items"]]


def passed(model: str, responses: Mapping[str, Response]) -> bool:
    """Whether a teacher may judge."""
    return right(model, responses) >= LEAST


def _messages(paper: Mapping[str, Any], item: Mapping[str, str]) -> tuple[Message, ...]:
    values = f"<document>\n{item['document']}\n</document>\n<question>\n{item['question']}\n</question>"
    content = f"{values}\n<answer>\n{item['answer']}\n</answer>\n\n{paper['user']}"
    return {"role": "system", "content": paper["system"]}, {"role": "user", "content": content}


@cache
def _paper() -> dict[str, Any]:
    text = resources.files("labci.exam").joinpath("paper.yaml").read_text("utf-8")
    value: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return value
