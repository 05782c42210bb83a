"""The flows that ship, and what a flow may be."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import flows
from labci.blocks import Chunk
from labci.errors import ConfigError
from labci.flow import Draw, read
from labci.flows.answer_first import facts
from labci.leaf import Kind
from labci.request import Sampling
from labci.units import Unit

GOOD = b"""
kind: knowledge
program: answer-first
teacher: instruct
steps:
  ask:
    messages: [{user: "{fact} and {answer}"}]
    max_tokens: 8
    candidates: 1.5
    draws: [{temperature: 0, share: 0.2}, {temperature: 0.5}]
settings: {}
"""

KINDS: tuple[Kind, ...] = ("knowledge", "grounded", "freeform")


@pytest.mark.parametrize("name", flows.names())
def test_every_flow_loads_and_ends_its_prompts_with_the_user(name: str) -> None:
    flow = flows.load(name)
    assert flow.name == name
    for prompt in flow.steps.values():
        assert prompt.messages[-1]["role"] == "user"
        assert prompt.slots


def test_the_flow_is_chosen_by_what_the_teacher_can_do() -> None:
    assert flows.choose("knowledge", "specialist").name == "knowledge-specialist"
    assert flows.choose("freeform", "specialist").name == "freeform-small"
    assert {flows.choose(kind, "small").name for kind in KINDS} == {f"{kind}-small" for kind in KINDS}
    assert {flows.choose(kind, "large").name for kind in KINDS} == {f"{kind}-large" for kind in KINDS}


@given(st.text(max_size=40), st.text(max_size=40))
def test_contributors_text_is_never_a_template(fact: str, answer: str) -> None:
    prompt = read("x", GOOD).steps["ask"]
    ((message),) = prompt.fill({"fact": fact, "answer": answer})
    assert message["content"] == f"{fact} and {answer}"


def test_braces_of_a_document_stay() -> None:
    prompt = read("x", GOOD).steps["ask"]
    ((message),) = prompt.fill({"fact": "{answer} {0} {topic}", "answer": "7"})
    assert message["content"] == "{answer} {0} {topic} and 7"


@given(st.integers(1, 60))
def test_draws_are_shared_out_and_the_first_comes_first(wanted: int) -> None:
    found = read("x", GOOD).steps["ask"].samplings(wanted)
    kinds = Counter(sampling.temperature for sampling in found)
    assert len(found) == max(1, round(1.5 * wanted))
    assert kinds[0.0] == 1  # another one would be the same
    assert [s.temperature for s in found] == sorted(s.temperature for s in found)


def test_requests_differ_by_unit_and_number_but_greedy_ones_do_not() -> None:
    flow = read("x", GOOD)
    greedy, drawn = flow.steps["ask"].draws[0].sampling, flow.steps["ask"].draws[1].sampling
    values = {"fact": "f", "answer": "a"}

    def seed(sampling: Sampling, unit: str, n: int) -> int:
        return flow.request("ask", sampling, model="m", unit=unit, n=n, values=values).seed

    assert seed(drawn, "u", 1) == seed(drawn, "u", 1) < 2**31
    assert len({seed(drawn, unit, n) for unit in "uv" for n in (1, 2)}) == 4
    assert seed(greedy, "u", 1) == seed(greedy, "v", 2) == 0


def test_a_threshold_makes_new_samples_but_no_new_requests() -> None:
    first, second = read("x", GOOD), read("x", GOOD.replace(b"settings: {}", b"settings: {ground: 0.5}"))
    asked = read("x", GOOD.replace(b"0.5", b"0.6"))
    prompts = [flow.steps["ask"].prompts for flow in (first, second, asked)]
    assert prompts[0] == prompts[1] != prompts[2]
    assert len({first.digest, second.digest, asked.digest}) == 3


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [(b"kind: knowledge", b"kind: x", "kind"), (b"max_tokens: 8", b"max_tokens: 0", "max_tokens"),
     (b"settings: {}", b"settings: {}\nmore: 1", "more"), (b"[{user:", b"[{robot:", "messages")],
)  # fmt: skip
def test_what_a_flow_may_not_be(old: bytes, new: bytes, where: str) -> None:
    with pytest.raises(ConfigError, match=where):
        read("x", GOOD.replace(old, new))


def test_an_unknown_flow_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no flow 'poetry'") as caught:
        flows.load("poetry")
    assert "knowledge-small" in caught.value.hint


@pytest.mark.parametrize(("wanted", "heats"), [(1, [0.7]), (2, [0.7, 1.0]), (6, [0.7] * 3 + [1.0] * 3)])
def test_the_first_draw_is_never_left_out(wanted: int, heats: list[float]) -> None:
    step = read("x", GOOD).steps["ask"]
    draws = tuple(Draw(share=0.5, sampling=Sampling(temperature=heat)) for heat in (0.7, 1.0))
    found = replace(step, draws=draws, candidates=1.0).samplings(wanted)
    assert [sampling.temperature for sampling in found] == heats


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "knowledge-large",
            "required: [pairs]",
            "required: []",
            "steps.pairs: the program question-answer reads 'pairs'",
        ),
        ("knowledge-large", "required: [verdict]", "required: [why]", "reads 'verdict'"),
        ("freeform-large", "required: [relevant, harmless, answerable]", "required: [relevant]", "reads 'harmless'"),
        ("freeform-small", "kind: freeform", "kind: knowledge", "the program variation is not for knowledge"),
        ("knowledge-small", "kind: knowledge", "kind: freeform", "the program answer-first is not for freeform"),
        ("freeform-large", "kind: freeform", "kind: grounded", "needs the step 'context'"),
        ("grounded-large", "kind: grounded", "kind: freeform", "the program instruction knows no step 'context'"),
    ],
)
def test_a_flow_that_its_program_can_not_run_is_refused_before_anything_is_asked(
    name: str, old: str, new: str, says: str
) -> None:
    text = flows.source(name)
    assert old in text
    with pytest.raises(ConfigError, match=re.escape(says)):
        flows.checked(read(name, text.replace(old, new, 1).encode()))


@pytest.mark.parametrize(
    ("more", "way"),
    [("7: {}", "properties.7"), ("yes: {}", "properties.True"), ("day: {const: 2024-01-02}", "properties.day.const"),
     ("in: &a {properties: {in: *a}}", "properties.in.properties.in")],
)  # fmt: skip
def test_what_json_has_not_is_no_part_of_a_flow(more: str, way: str) -> None:
    text = flows.source("knowledge-large").replace(VERDICT, f"{VERDICT}\n        {more}", 1)
    with pytest.raises(ConfigError, match=re.escape(f"steps.alone.answer.{way}: JSON has no such")) as caught:
        read("mine", text.encode())
    assert "quotes" in caught.value.hint


VERDICT = 'verdict: {enum: ["yes", "no"]}'


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("verdict: {type: strng}", "steps.alone.answer.properties.verdict.type: 'strng' is not valid"),
        ("verdict: {enum: yes}", "steps.alone.answer.properties.verdict.enum: True is not of type 'array'"),
        ("verdict: {pattern: '['}", "steps.alone.answer.properties.verdict.pattern: '[' is not a 'regex'"),
        (
            "verdict: {$ref: 'https://example.org/verdict.json'}",
            "$ref 'https://example.org/verdict.json' names nothing",
        ),
        ("verdict: {$ref: 'file:///etc/passwd'}", "$ref 'file:///etc/passwd' names nothing"),
        ("verdict: {$ref: '#/properties/reason'}", "$ref '#/properties/reason' names nothing of this schema"),
        ("verdict: {$ref: '#/properties/verdict'}", "has a reference of its own"),
        ("verdict: {$dynamicRef: '#verdict'}", "$dynamicRef '#verdict' names nothing"),
    ],
)
def test_a_schema_of_answers_that_is_none_is_found_before_answers_are_paid_for(answer: str, says: str) -> None:
    text = flows.source("knowledge-large").replace(VERDICT, answer.replace(", ", "\n        "), 1)
    with pytest.raises(ConfigError, match=re.escape(says)) as caught:
        flows.checked(read("mine", text.encode()))
    assert "JSON Schema" in caught.value.hint


def test_a_schema_may_name_a_part_of_its_own() -> None:
    text = flows.source("knowledge-large").replace(
        VERDICT, "$ref: {type: string}\n        verdict: {$ref: '#/$defs/v'}", 1
    )
    text = text.replace("required: [verdict]", "$defs: {v: {enum: ['yes']}}\n      required: [verdict]", 1)
    assert flows.checked(read("mine", text.encode())).steps["alone"].answer


@pytest.mark.parametrize(
    ("name", "old", "new", "says", "hint"),
    [
        ("knowledge-large", "  alone:", "  alon:", "knows no step 'alon'", "did you mean 'alone'?"),
        ("freeform-large", "  manner:", "  maner:", "knows no step 'maner'", "did you mean 'manner'?"),
        ("knowledge-specialist", "  read_likely:", "  read_likly:", "no setting 'read_likly'", "'read_likely'?"),
        ("freeform-small", "settings: {", "settings: {zzz: 1, ", "no setting 'zzz'", "known: agreement, copied"),
        ("knowledge-large", "settings:", "settings:\n  chunks: 1", "no setting 'chunks'", "did you mean 'chunk'?"),
    ],
)
def test_a_misspelt_step_or_setting_switches_no_judge_off(name: str, old: str, new: str, says: str, hint: str) -> None:
    text = flows.source(name)
    assert old in text
    with pytest.raises(ConfigError, match=re.escape(says)) as caught:
        flows.checked(read(name, text.replace(old, new, 1).encode()))
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Two sisters ran the mill. She lays bricks.", ["Two sisters ran the mill."]),
        ("It was for her mother's sake that Ada carved.", ["It was for her mother's sake that Ada carved."]),
        ("The kiln burns peat. These logs are dry.", ["The kiln burns peat.", "These logs are dry."]),
    ],
)
def test_what_is_said_of_nobody_knows_whom_is_no_fact(text: str, said: list[str]) -> None:
    """A teacher would take the topic for it."""
    chunk = Chunk(title="The Mill", heading="", text=text, start=0, end=len(text))
    assert [fact.text for fact in facts(Unit(digest="d", topic="the Mill", chunk=chunk))] == said
