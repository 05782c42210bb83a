"""The YAML reader: the same values as PyYAML's safe loader, exact places, nothing it should not read."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labci import node
from labci.node import Node, YamlProblem, parse

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=40)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT, st.dates(),
    st.sampled_from(["yes", "1:30", "0x1f", "0o7", "1_000", "~", ".inf", "2024-01-01 10:00:00", "<<", "="]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT.filter(lambda k: k != "<<"), inner, max_size=4),
    max_leaves=12,
)


def problem(text: str | bytes) -> node.Problem:
    with pytest.raises(YamlProblem) as caught:
        parse(text.encode() if isinstance(text, str) else text)
    return caught.value.problem


def attempt(data: bytes) -> Node | node.Problem:
    try:
        return parse(data)
    except YamlProblem as error:
        return error.problem


def source(text: str, at: Any) -> str:
    """The part of a text that a position spans."""
    lines = text.split("\n")[at.line - 1 : at.end_line]
    lines[-1] = lines[-1][: at.end_column - 1]
    lines[0] = lines[0][at.column - 1 :]
    return "\n".join(lines)


@given(VALUES, st.sampled_from([None, True, False]), st.sampled_from([None, "|", ">", '"', "'"]), st.booleans())
def test_same_value_as_the_safe_loader(value: Any, flow: bool | None, style: str | None, unicode: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=unicode, width=30)
    if style in ("|", ">", '"', "'"):
        text = text.replace("!!null ", "").replace("!!bool ", "").replace("!!int ", "").replace("!!float ", "")
        text = text.replace("!!timestamp ", "")
    assert repr(parse(text.encode()).value) == repr(yaml.safe_load(text))


@given(st.text(st.sampled_from("ab:-?[]{},#&*!|>'\"%@` \t\n\r\x85\u2028é\x01"), max_size=30))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    found = attempt(text.encode())
    if isinstance(found, node.Problem):
        lines = text.split("\n")
        assert 1 <= found.position.line <= len(lines)
        assert 1 <= found.position.column <= len(lines[found.position.line - 1]) + 1
        assert found.message
    else:
        # the same parser: in corners that the standard leaves open, PyYAML's two differ
        assert repr(found.value) == repr(yaml.load(text, Loader=yaml.CSafeLoader))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = attempt(data)
    assert isinstance(found, Node) or found.code.startswith("yaml-")


@given(st.lists(st.tuples(st.text("abcdefgh", min_size=1), st.text("xyz é\u2028", max_size=12)), max_size=6))
def test_positions_span_what_they_name(rows: list[tuple[str, str]]) -> None:
    rows = list(dict(rows).items())
    text = "".join(f'{key}:\n- "{value}"\n' for key, value in rows)
    found = parse(text.encode())
    for key, value in rows:
        assert source(text, found.key_position_of(key)) == key
        assert source(text, found.position_of(key, 0)) == f'"{value}"'


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_blocks_and_collections_end_with_their_text(ending: str) -> None:
    text = "a: |\n  one\n  two\n\nb:\n  - c: >-\n      three\n  - 4\n\n# end\nd: {e: [5]}\nf:\ng: |\n".replace(
        "\n", ending
    )
    found = parse(text.encode())
    assert source(text, found.position_of("a")) == "|\n  one\n  two".replace("\n", ending)
    assert source(text, found.position_of("b", 0)) == "c: >-\n      three".replace("\n", ending)
    assert source(text, found.position_of("b")) == "- c: >-\n      three\n  - 4".replace("\n", ending)
    assert source(text, found.position_of("d")) == "{e: [5]}"
    assert source(text, found.position_of("f")) == ""
    assert source(text, found.position_of("g")) == "|"
    assert found.position_of("b", 7, "x") == found.position_of("b")


def test_lines_end_at_line_feeds_only() -> None:
    text = 'a: "one\u2028two\x85three"\nb: x\n'
    found = parse(text.encode())
    assert (found.position_of("b").line, found.position_of("b").column) == (2, 4)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: b: c\n", "yaml-syntax", 1, 5),
        ("x: 1\na: 'b\nc: d\n", "yaml-syntax", 2, 4),
        ("a: b\nword\nc: d\n", "yaml-syntax", 2, 1),
        ("a: @b\n", "yaml-syntax", 1, 4),
        ("é: 1\nb: \x07\n", "yaml-syntax", 2, 4),
        ("a: 2024-13-45\n", "yaml-syntax", 1, 4),
        ("a: " + "1" * 5000 + "\n", "yaml-syntax", 1, 4),
        ("? [a]\n: b\n", "yaml-syntax", 1, 3),
        ("a:\n  \tb: c\n", "yaml-tab", 2, 3),
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", 3, 1),
        ("a: &b c\n", "yaml-alias", 1, 4),
        ("a: !x c\n", "yaml-tag", 1, 4),
        ("a: 1\n---\nb: 2\n", "yaml-documents", 2, 1),
        ("[" * 30, "yaml-too-large", 1, 21),
        ("- a\n" * 20_001, "yaml-too-large", 20_000, 3),
    ],
)
def test_problems_have_their_place(text: str, code: str, line: int, column: int) -> None:
    found = problem(text)
    assert (found.code, found.position.line, found.position.column) == (code, line, column)


def test_bytes_over_the_cap_and_other_encodings() -> None:
    assert problem(b"a" * (node.MAX_BYTES + 1)).code == "yaml-too-large"
    assert problem("a: é\n".encode("utf-16")).code == "yaml-encoding"
    assert problem("a: é\nb: ü\n".encode("latin-1")).position.column == 4


def test_an_alias_bomb_is_never_built() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    assert problem("\n".join(rows)).code == "yaml-alias"


def test_the_message_says_what_was_expected() -> None:
    assert problem("a:\n  - x\n - y\n").message == (
        "expected 'key: value', indented like the entries above (in the entries that begin on line 1)"
    )
    assert problem('a: "b\n').message == "this quote is never closed"
    assert "quotes" in problem("a: b: c\n").hint


def test_dates_stay_dates() -> None:
    assert parse(b"a: 2024-05-01").value == {"a": datetime.date(2024, 5, 1)}


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ('a: "b c\nd: e\n', (1, 4), "never closed", 'write \\" for it'),
        ("a: 'b\nc: d\n", (1, 4), "never closed", "write it twice"),
        ("a: [b, c\nd: e\n", (1, 4), "this bracket is not closed; expected ',' or its end by line 2", "close it"),
        ("a:\n  b: c\n    d: e\n", (3, 6), "a ':' that begins no value", "indent this line like its neighbours"),
        ("a: b: c\n", (1, 5), "a ':' that begins no value", "put the value in quotes"),
    ],
)
def test_a_mistake_is_told_where_it_begins(text: str, place: tuple[int, int], message: str, hint: str) -> None:
    with pytest.raises(YamlProblem) as caught:
        parse(text.encode())
    problem = caught.value.problem
    assert problem.position[:2] == place
    assert message in problem.message
    assert hint in problem.hint
    assert hint != "put the value in quotes" or not problem.hint.startswith("indent")
