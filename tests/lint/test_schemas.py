"""The JSON Schemas: valid, told to editors, and each keyword with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from labci import schema
from labci.node import YamlProblem, parse
from labci.violation import violations
from tests.conftest import LEAVES
from tests.lint.anything import leaf_values

NAMES = ["v1/skill", "v2/skill", "v3/skill", "v3/knowledge", "heldout", "lint"]


def nodes(rules: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    yield at, rules
    for key, below in rules.get("properties", {}).items():
        yield from nodes(below, f"{at}/{key}")
    if "items" in rules:
        yield from nodes(rules["items"], f"{at}[]")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_and_speaks_to_editors(name: str) -> None:
    loaded = schema.load(name)
    Draft202012Validator.check_schema(loaded)
    for at, rules in nodes(loaded):
        assert rules.get("description"), at
        assert name == "lint" or rules.get("title"), at


def keywords(rules: Any) -> Iterator[str]:
    for _, below in nodes(rules):
        yield from below


@pytest.mark.parametrize("name", [*NAMES[:5], "labci"])
def test_the_quick_check_knows_every_keyword(name: str) -> None:
    assert set(keywords(schema.load(name))) <= schema.COMPILED


@pytest.mark.slow
@settings(max_examples=150)
@given(name=st.sampled_from(NAMES[:5]), value=leaf_values())
def test_the_quick_check_accepts_no_more_than_the_schema(name: str, value: Any) -> None:
    text = yaml.safe_dump(value)
    with suppress(YamlProblem):
        value = parse(text.encode()).value
        errors = list(Draft202012Validator(schema.load(name)).iter_errors(value))
        assert not (errors and schema.compiled(name)(value))


def test_the_quick_check_accepts_what_is_right() -> None:
    """Else it would be of no use."""
    for name, file in (("v3/knowledge", "qna"), ("heldout", "heldout")):
        path = LEAVES.parents[1] / f"taxonomy/knowledge/software/labci/{file}.yaml"
        assert schema.compiled(name)(parse(path.read_bytes()).value)


def test_places_and_hints_of_a_pair_inside_a_context() -> None:
    text = (
        "version: 3\ncreated_by: octocat\ndomain: x\nseed_examples:\n"
        "  - context: c\n    questions_and_answers:\n"
        "      - question: q\n        answer: 12\n      - question: q\n      - yes\n"
        "document: {repo: r, comit: c, patterns: p}\ndocument_outline: ''\n"
    )
    node = parse(text.encode())
    found = {
        (item.rule, item.position.line, item.position.column): (item.message, item.hint)
        for item in violations(node, "v3/knowledge")
    }
    place = "questions_and_answers"
    assert found == {
        ("schema-min-items", 5, 3): ("seed_examples has 1 entry; at least 5 needed", "add 4 more"),
        ("schema-type", 8, 17): (
            f"answer (seed_examples 1, {place} 1) is the number 12; it must be text",
            'put the value in quotes: answer: "12"',
        ),
        ("schema-required", 9, 9): (
            f"seed_examples 1, {place} 2 has no answer",
            "add a line such as: answer: …",
        ),
        ("schema-type", 10, 9): (
            f"seed_examples 1, {place} 3 is the truth value true; it must be a mapping",
            "write 'key: value' lines below it, indented by two spaces",
        ),
        ("schema-required", 11, 11): (
            "document has no commit",
            "did you mean commit by 'comit' in line 11?",
        ),
        ("schema-unknown-key", 11, 21): ("unknown key 'comit' in document", "did you mean commit?"),
        ("schema-type", 11, 41): (
            "patterns (document) is the text 'p'; it must be a list",
            "write one entry a line, each after '- '",
        ),
        ("schema-min-length", 12, 19): (
            "document_outline is empty",
            schema.load("v3/knowledge")["properties"]["document_outline"]["description"],
        ),
    }


@pytest.mark.parametrize("written", ["12:30", "no", "Yes", "010", "3.10", "0x1F", "2026-11-23", "1_000"])
def test_a_value_that_yaml_reads_as_something_else_is_quoted_as_it_was_typed(written: str) -> None:
    text = f"version: 3\ncreated_by: o\ntask_description: x\nseed_examples:\n- {{question: q, answer: {written}}}\n"
    hints = [item.hint for item in violations(parse(text.encode()), "v3/skill") if item.rule == "schema-type"]
    assert hints == [f'put the value in quotes: answer: "{written}"']


def test_many_equal_entries_take_no_square_of_time() -> None:
    rows = "".join(f"  - {{question: q{number}, answer: a}}\n" for number in range(3000))
    node = parse(f"version: 3\nseed_examples:\n{rows}  - {{question: q0, answer: a}}\n".encode())
    repeated = [item for item in violations(node, "v3/skill") if item.rule == "schema-unique-items"]
    assert [(item.path, item.position.line) for item in repeated] == [(("seed_examples", 3000), 3003)]
