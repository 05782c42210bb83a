"""Vendors whose servers refuse some of OpenAI's parameters, as their documentation has the errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from labci.errors import OutsideError
from labci.request import Request, Sampling
from labci.teachers.openai import Client
from tests.servers.chat import Body, Chat, Trouble, serving

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def requests(count: int, schema: dict[str, Any] | None = None) -> list[Request]:
    sampling = Sampling(temperature=0.7, top_p=0.9, max_tokens=5)
    messages = ({"role": "user", "content": "say it"},)
    return [
        Request(model="m", messages=messages, sampling=sampling, seed=n, flow="f", schema=schema) for n in range(count)
    ]


def client(chat: Chat, **more: Any) -> Client:
    return Client(url=chat.url, key="sk-very-secret", served="m", first_wait=0.01, **more)


def error(message: str, status: int = 400, **more: Any) -> Trouble:
    return Trouble(status=status, body=json.dumps({"error": {"message": message, **more}}))


def reasoning(body: Body) -> str | Trouble:
    """OpenAI's reasoning models."""
    if "max_tokens" in body:
        says = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
        return error(says, param="max_tokens", code="unsupported_parameter")
    if body.get("temperature", 1) != 1:
        says = "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) is."
        return error(says, param="temperature", code="unsupported_value")
    if "top_p" in body:
        return error("Unsupported parameter: 'top_p' is not supported with this model.", param="top_p")
    return "fine"


def claude(body: Body) -> str | Trouble:
    both = {"temperature", "top_p"} <= body.keys()
    return error("`temperature` and `top_p` cannot both be specified for this model.") if both else "fine"


def mistral(body: Body) -> str | Trouble:
    detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 0}]
    return Trouble(status=422, body=json.dumps({"detail": detail})) if "seed" in body else "fine"


def plain(body: Body) -> str | Trouble:
    """No schemas either, and no more than a name in its errors."""
    for name in ("response_format", "seed", "temperature"):
        if name in body:
            return Trouble(status=400, body=f"unknown field {name}")
    return "fine"


VENDORS: dict[str, tuple[Callable[[Body], str | Trouble], set[str], list[str]]] = {
    "a reasoning model": (reasoning, {"max_completion_tokens", "seed"}, ["temperature", "top_p"]),
    "one of two": (claude, {"max_tokens", "seed", "temperature"}, ["top_p"]),
    "no seed": (mistral, {"max_tokens", "temperature", "top_p"}, ["seed"]),
    "little": (plain, {"max_tokens", "top_p"}, ["seed", "temperature"]),
}


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "sent", "dropped"), VENDORS.values(), ids=list(VENDORS))
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_what_a_server_refuses_is_left_out_from_then_on(
    answer: Callable[[Body], str | Trouble], sent: set[str], dropped: list[str], schema: dict[str, Any] | None
) -> None:
    told: list[str] = []
    asked = requests(6, schema)
    digests = [request.digest for request in requests(6, schema)]
    with serving(answer) as chat:
        teacher = client(chat, jobs=1, say=told.append)
        first = list(teacher.complete(asked[:1]))
        tried = len(chat.asked)
        rest = list(teacher.complete(asked[1:]))
        assert {response.text for _, response in first + rest} == {"fine"}
        assert len(chat.asked) == tried + 5  # each at once
    assert tried <= 5
    optional = {"max_tokens", "max_completion_tokens", "seed", "temperature", "top_p"}
    assert all(body.keys() & optional == sent for body in chat.asked[tried:])
    assert [request.digest for request, _ in first + rest] == digests
    assert len(told) == len(dropped)  # once each
    assert all(f"takes no {name}" in line for name, line in zip(dropped, told, strict=True))


def test_a_limit_by_its_new_name_is_the_same_limit() -> None:
    with serving(reasoning) as chat:
        list(client(chat, jobs=1).complete(requests(1)))
    assert chat.asked[-1]["max_completion_tokens"] == 5


@pytest.mark.parametrize("status", [400, 422])
def test_an_error_that_only_names_a_parameter_ends_the_run_and_nothing_is_learned(status: int) -> None:
    with serving(lambda _: error("no template; you sent seed, temperature", status)) as chat:
        teacher = client(chat, jobs=1)
        with pytest.raises(OutsideError, match="no template"):
            list(teacher.complete(requests(1)))
    assert teacher.dialect.refused == frozenset()
    assert len(chat.asked) == 3


def test_a_prompt_that_is_too_long_is_no_matter_of_parameters() -> None:
    says = "This model's maximum context length is 2048 tokens, and your max_tokens and seed don't help."
    with serving(lambda _: error(says)) as chat:
        ((_, response),) = client(chat, jobs=1).complete(requests(1))
    assert response.finish == "length"
    assert len(chat.asked) == 1


LISTS = "response_format is not supported; supported parameters: temperature, top_p, max_tokens, seed, stop"
ECHOED = {"type": "extra_forbidden", "loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}
SCHEMALESS = {
    "by name": {"error": {"message": LISTS, "param": "response_format"}},
    "in words": {"error": {"message": LISTS}},
    "deeper": {"error": {"message": "unsupported: seed", "param": "response_format.json_schema"}},
    "as Mistral": {"message": {"detail": [{**ECHOED, "input": {"temperature": 0.7, "seed": 1}}]}},
    "as FastAPI": {"detail": [{**ECHOED, "input": {"temperature": 0.7, "seed": 1}}]},
    "as vLLM": {"error": {"message": str([{**ECHOED, "input": {"temperature": 0.7, "seed": 1}}])}},
    "nothing but the request": {"error": {"message": "bad: [type=x, input_value={'seed': 1}, input_type=dict]"}},
}


@pytest.mark.parametrize("body", SCHEMALESS.values(), ids=list(SCHEMALESS))
@pytest.mark.parametrize("status", [400, 422])
def test_a_server_without_schemas_loses_no_parameter_that_its_error_names(body: Any, status: int) -> None:
    told: list[str] = []
    refusal = Trouble(status=status, body=json.dumps(body))
    with serving(lambda asked: refusal if "response_format" in asked else "fine") as chat:
        list(client(chat, jobs=1, say=told.append).complete(requests(3, SCHEMA)))
    assert len(chat.asked) == 4
    assert all({"temperature", "top_p", "max_tokens", "seed"} <= asked.keys() for asked in chat.asked)
    assert not told


@pytest.mark.parametrize(
    ("name", "bad", "says"),
    [
        ("top_p", 1.0, "Input validation error: `top_p` must be > 0.0 and < 1.0"),
        ("max_tokens", 9000, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
    ],
)
def test_a_value_that_is_refused_is_left_out_and_others_are_sent(name: str, bad: float, says: str) -> None:
    told: list[str] = []
    usual: dict[str, Any] = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 5}
    asked = [
        Request(
            model="m", messages=({"role": "user", "content": "say it"},), seed=n, flow="f",
            sampling=Sampling(**{**usual, **({name: bad} if n % 2 else {})}),
        )
        for n in range(6)
    ]  # fmt: skip
    with serving(lambda body: error(says, 422) if body.get(name) == bad else "fine") as chat:
        assert len(list(client(chat, jobs=1, say=told.append).complete(asked))) == 6
    assert len(chat.asked) == 7  # what was refused once is not sent again
    assert all(name in body for body in chat.asked if body["seed"] % 2 == 0)
    assert not any("max_completion_tokens" in body for body in chat.asked)
    (line,) = told
    assert f"takes no {name} of {bad}" in line
