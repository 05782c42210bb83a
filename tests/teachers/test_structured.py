"""What is read of an answer: the object that it ends with, and nothing of what a model thought before."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.request import Request, Sampling, aloud
from labci.structured import read_object
from labci.teachers.openai import Client
from tests.servers.chat import Trouble, completion, serving

VERDICT = {
    "type": "object",
    "properties": {"why": {"type": "string"}, "verdict": {"enum": ["yes", "no"]}},
    "required": ["verdict"],
}
FITS = st.fixed_dictionaries({"verdict": st.sampled_from(["yes", "no"])}, optional={"why": st.text()})
PROSE = st.text(st.characters(exclude_characters="{}[]\"',", exclude_categories=["Cs"]), max_size=40)
OTHER = st.sampled_from(['{"verdict": "maybe"}', "{}", "{verdict}", '{"a": {"verdict": "no"}}', "{{", "{", "}"])


def said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@given(st.lists(st.one_of(PROSE, OTHER, FITS.map(said)), max_size=5), PROSE, FITS, PROSE, st.sampled_from(["", "{}"]))
def test_the_last_object_that_fits_is_the_answer(
    before: list[str], between: str, value: dict[str, Any], after: str, end: str
) -> None:
    """Whatever stands before it: drafts, formats, braces alone; and whatever fits nothing behind it."""
    found, trouble = read_object("\n".join([*before, between, said(value), after, end]), VERDICT)
    assert found == value
    assert trouble == ""


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('Format: {"verdict": "yes"} or … no.\n{"verdict": "no"}', "no"),
        ('{"verdict": "maybe"} {"verdict": "yes"}', "yes"),
        ('{"verdict": "yes", "why": {}} {"verdict": "no",}', "no"),
        ('{"verdict": "yes", "note": {"verdict": "no"}}', "yes"),
        ('{"verdict": "yes",} as in {"verdict": yes}', "yes"),
        ('```json\n{"verdict": "no",\n}\n```', "no"),
        ("Well, " * 9_000 + '{"verdict": "no"}', "no"),
        ("{so} " * 900 + '{"verdict": "no"}', "no"),
        ('{"verdict": {"verdict": "yes"}}', None),
        ('{"verdict": "yes"', None),
    ],
)
def test_what_is_read_of_answers_that_say_more(text: str, verdict: str | None) -> None:
    found, trouble = read_object(text, VERDICT)
    assert (found or {}).get("verdict") == verdict
    assert bool(trouble) == (verdict is None)


def test_what_is_wrong_is_told_of_the_last_one() -> None:
    _, trouble = read_object('{"verdict": "perhaps"} {"verdict": "maybe"}', VERDICT)
    assert trouble.startswith("verdict: 'maybe'")


@given(st.text(st.sampled_from('{}[]":,a1 \n'), max_size=300))
def test_any_text_has_an_object_or_says_why_not(text: str) -> None:
    found, trouble = read_object(text, VERDICT)
    assert (found is None) == bool(trouble)


@pytest.mark.parametrize("part", ["{", '{"a":', "[{", '{"a":1},', "{,", '{"a":1,]'])
def test_what_is_no_answer_is_read_in_no_time(part: str) -> None:
    start = time.process_time()
    read_object(part * 20_000, VERDICT)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<think>It may be 4.</think>It is 5.", "It is 5."),
        ("\n<think>\nIt may be 4.\n</think>\n\nIt is 5.\n", "It is 5.\n"),
        ("It may be 4.\n</think>\n\nIt is 5.", "It is 5."),  # the first tag stands in the prompt
        ("<think>It may be", ""),
        ("It is 5.", "It is 5."),
        ("  It is 5.", "  It is 5."),
        ("Write <think> before, and </think> behind it.", "Write <think> before, and </think> behind it."),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>"),
    ],
)
def test_thoughts_are_no_part_of_an_answer(text: str, rest: str) -> None:
    assert aloud(text) == rest
    request = Request(model="m", messages=(), sampling=Sampling(), seed=0, flow="f")
    with serving(lambda _: Trouble(body=completion(text))) as chat:
        ((_, response),) = Client(url=chat.url, key="k", served="m").complete([request])
    assert response.text == rest


@given(st.text())
def test_a_text_without_tags_stays_as_it_is(text: str) -> None:
    assert aloud(text) == text
