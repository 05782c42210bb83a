"""The Markdown for a pull request: short, and nothing in it acts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from labci.artifact import RunFolder, read_json
from labci.git import Repository
from labci.report.generation import read
from labci.report.pull_request import MAX_TEXT, cell, to_markdown
from tests.report.conftest import HOSTILE, made, row, some
from tests.report.test_html import Page, hostile

OWN = {"h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "code", "ul", "li"}


def page(text: str) -> Page:
    return Page(MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(text))


def test_it_says_what_the_run_says(real: RunFolder) -> None:
    text = to_markdown(read(real, [Repository.open(real.path)]))
    found = page(text)
    assert set(found.tags) <= OWN
    for leaf in read_json(real / "generation.json")["leaves"]:
        assert f"{leaf['path']} {leaf['kept']} {leaf['seeds']}, {leaf['rules']}, " in found.text
    assert found.tags.count("details") == 3
    assert "Next: labci mix --run .labci/runs/" in found.text
    assert str(real.path.parent) not in text


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    text = to_markdown(read(hostile(tmp_path / "run")))
    found = page(text)
    assert set(found.tags) <= OWN
    assert not [name for name, _ in found.attributes if name not in ("style",)]
    assert "${{" not in text
    assert not re.search(r"@\w|(?<![\w&])#\w|\$\w|https?://|\bwww\.", text)
    assert "<script>document.title='owned'</script>" in found.text


@given(text=st.one_of(st.sampled_from(HOSTILE), st.text("<>[]()!`*_~|\\#@$&:/ \nahtpwsx.12{}-=+", max_size=40)))
def test_a_cell_is_one_cell_of_plain_text(text: str) -> None:
    found = page(f"| a | b |\n| --- | --- |\n| {cell(text)} | end |")
    assert found.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    shown = found.text.replace("\u200b", "")
    assert shown.startswith("a b ")
    assert shown.endswith("end")
    if text.isprintable():
        assert shown == " ".join(f"a b {text} end".split())


def test_a_long_run_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    long = "word " * 100
    rows = [row(n * 10 + i, leaf=f"knowledge/bench/lake_{n:03d}", question=f"{i} {long}", answer=long, context=long,
                span=str(i)) for n in range(200) for i in range(5)]  # fmt: skip
    text = to_markdown(read(made(tmp_path / "run", rows, [])))
    assert len(text) <= MAX_TEXT + 200
    assert "and 150 more leaves" in text
    assert "more leaves are in the HTML report: `labci report run`" in text or text.count("Samples of") == 20


@pytest.mark.parametrize("leaves", [1, 3])
def test_the_same_run_gives_the_same_text(tmp_path: Path, leaves: int) -> None:
    run = some(tmp_path / "run", leaves=leaves)
    assert to_markdown(read(run)) == to_markdown(read(run))
