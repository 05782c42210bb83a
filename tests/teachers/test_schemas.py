"""The schemas that go to a server: strict only where OpenAI's strict mode takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.flows import load, names
from labci.request import Request, Sampling
from labci.teachers.openai import Client
from labci.teachers.openai.capability import SCHEMA
from labci.teachers.openai.wire import response_format
from tests.servers.chat import Body, Trouble, serving

TEXT = {"type": "string"}
ONE = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
LOOSE = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a"]}


def refuses(schema: Any) -> bool:
    """Whether OpenAI answers 400 to it as a strict schema, as its documentation has the rules."""
    if "type" not in schema:
        return True
    if schema["type"] == "array":
        return refuses(schema["items"])
    if schema["type"] != "object":
        return False
    closed = schema.get("additionalProperties") is False and set(schema["required"]) == set(schema["properties"])
    return not closed or any(map(refuses, schema["properties"].values()))


def picky(body: Body) -> str | Trouble:
    shape = body["response_format"]["json_schema"] if "response_format" in body else {"strict": False}
    return Trouble(status=400) if shape["strict"] and refuses(shape["schema"]) else "{}"


def asked(schema: Any) -> Request:
    return Request(model="m", messages=(), sampling=Sampling(), seed=0, flow="f", schema=schema)


def shipped_schemas() -> list[dict[str, Any]]:
    steps = [step for name in names() for step in load(name).steps.values()]
    return [dict(step.answer) for step in steps if step.answer is not None]


def test_openai_takes_the_schemas_of_all_flows() -> None:
    schemas = [*shipped_schemas(), SCHEMA, ONE, LOOSE]
    before = [asked(schema).digest for schema in schemas]
    with serving(picky) as chat:
        teacher = Client(url=chat.url, key="k", served="m", jobs=1)
        list(teacher.complete([asked(schema) for schema in schemas]))
    assert len(chat.asked) == len(schemas) > 5
    assert all("response_format" in body for body in chat.asked)
    assert [asked(schema).digest for schema in schemas] == before  # none was changed


@pytest.mark.parametrize("schema", [
    ONE,
    {**LOOSE, "properties": {"a": {"enum": [1, 2]}, "b": {"type": "array", "items": ONE}}, "required": ["b", "a"]},
    SCHEMA,
])  # fmt: skip
def test_what_can_be_closed_is_strict(schema: dict[str, Any]) -> None:
    shape = response_format(schema)["json_schema"]
    assert shape["strict"]
    assert not refuses(shape["schema"])


@pytest.mark.parametrize("schema", [
    LOOSE,
    {"type": "object"},
    {"type": "array", "items": TEXT},
    {**ONE, "additionalProperties": True},
    {**ONE, "properties": {"a": {"enum": ["one", 1]}}},
    {**ONE, "properties": {"a": {"type": ["string", "null"]}}},
    {**ONE, "properties": {"a": {"type": "array", "minItems": 1, "items": TEXT}}},
    {**ONE, "properties": {"a": LOOSE}},
    {**ONE, "patternProperties": {"x": TEXT}},
])  # fmt: skip
def test_all_others_are_sent_as_they_are(schema: dict[str, Any]) -> None:
    assert response_format(schema)["json_schema"] == {"name": "answer", "strict": False, "schema": schema}


JSON = st.recursive(
    st.none() | st.integers() | st.sampled_from(["object", "array", "string", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "properties", "required", "items", "enum", "a"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_schema_is_sent(value: Any) -> None:
    for schema in ({"type": "object", "properties": value}, {**ONE, "properties": {"a": value}}):
        shape = response_format(schema)["json_schema"]
        assert json.dumps(shape["schema"])
        assert shape["strict"] or shape["schema"] == schema
