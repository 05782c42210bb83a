"""What a flow's program asks and is answered; an answer that is to be a JSON object gets one request for its repair."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from labci.flow import TAG, as_data
from labci.request import Request, Response
from labci.structured import read_object

ASSUMED = "assumed"  # `Response.finish` of a stand-in for an answer, in a plan: it passes every filter
REPAIR = (
    "That is not the JSON object that was asked for ({trouble})."
    " Write the object again: valid JSON, with its names exactly as asked, and nothing else."
)
SHOWN = 2_000  # characters of a broken answer that the teacher is shown again


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, and what its answer will be like: a text of about its length that stands in for it in a plan."""

    request: Request
    like: str = ""


Answers = Mapping[str, Response]  # by request digest
Result = TypeVar("Result")
Running = Generator[list[Ask], Answers, Result]  # a flow's program on its way to its result


def drive(program: Running[Result], answer: Callable[[Sequence[Ask]], Answers]) -> Result:
    """A program's result, where the answers to all that it asks at once are there when it asks."""
    try:
        asks = next(program)
        while True:
            asks = program.send(answer(asks))
    except StopIteration as end:
        result: Result = end.value
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An object that was asked for, or why there is none. keys: digests of the requests that led to it."""

    value: dict[str, Any] | None
    keys: tuple[str, ...]
    reason: str = ""  # of `labci.sample.REASONS`
    detail: str = ""
    assumed: bool = False


def objects(asks: Sequence[Ask]) -> Generator[list[Ask], Answers, list[Answered]]:
    """Asks, and asks once more for what is no object of its request's schema. In the order of `asks`."""
    answers = yield list(asks)
    found = [_answered(ask.request, answers[ask.request.digest]) for ask in asks]
    repairs = {
        number: _repair(asks[number], answers[asks[number].request.digest], item.detail)
        for number, item in enumerate(found)
        if item.reason == "unparsable"
    }
    answers = yield list(repairs.values())
    for number, ask in repairs.items():
        again = _answered(ask.request, answers[ask.request.digest])
        found[number] = replace(again, keys=(*found[number].keys, *again.keys))
    return found


def _answered(request: Request, response: Response) -> Answered:
    keys, assumed = (request.digest,), response.finish == ASSUMED
    if response.finish == "length":
        return Answered(value=None, keys=keys, reason="truncated", detail=response.text[-200:])
    value, trouble = read_object(response.text, request.schema or {})
    reason = "" if value is not None else "unparsable"
    return Answered(value=value, keys=keys, reason=reason, detail=trouble, assumed=assumed)


def _repair(ask: Ask, response: Response, trouble: str) -> Ask:
    """The request for the repair. What is wrong with an answer quotes it, so it may close nothing of the prompt."""
    tags = {tag for message in ask.request.messages for tag in TAG.findall(message["content"])}
    turns = (
        {"role": "assistant", "content": as_data(response.text[:SHOWN], ()) or "…"},
        {"role": "user", "content": REPAIR.format(trouble=as_data(trouble[:200], tags))},
    )
    return Ask(request=replace(ask.request, messages=(*ask.request.messages, *turns)), like=ask.like)
