"""Mending in place: idempotent, and the loaded value never changes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from labci import config
from labci.lint import fix, lint
from labci.node import YamlProblem, parse
from tests.conftest import put

LEAF = "taxonomy/compositional_skills/writing/letters"
CLEAN = "created_by: octocat\ntask_description: Rewrite.\nseed_examples:\n  - question: Late!\n    answer: When?\n"


def mend(root: Path, **more: object) -> list[str]:
    return list(fix(None, root=root, config=config.read(b""), **more))  # type: ignore[arg-type]


def style(root: Path) -> list[tuple[str, int, bool]]:
    checked = lint(None, root=root, config=config.read(b""), select=["style"])
    return [(d.rule, d.position.line, d.fixable) for file in checked for d in file.diagnostics]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_mends_style(tmp_path: Path, ending: str) -> None:
    text = CLEAN.replace("octocat\n", "octocat \t\n").replace("\n", ending).removesuffix(ending)
    path = put(tmp_path, f"{LEAF}/qna.yaml", "")
    path.write_bytes(text.encode())
    path.chmod(0o664)
    assert style(tmp_path) == [("style-trailing-space", 1, True), ("style-end-of-line", 5, True)]
    assert mend(tmp_path) == [f"{LEAF}/qna.yaml"]
    assert path.read_bytes() == CLEAN.replace("\n", ending).encode()
    assert path.stat().st_mode & 0o777 == 0o664
    assert mend(tmp_path) == []
    assert style(tmp_path) == []


def test_what_belongs_to_a_value_stays(tmp_path: Path) -> None:
    text = CLEAN + "    context: |  \n      one  \n        \n   \n      two\n      three"
    path = put(tmp_path, f"{LEAF}/qna.yaml", text)
    assert style(tmp_path) == [
        ("style-trailing-space", 6, True),
        ("style-trailing-space", 7, False),
        ("style-trailing-space", 8, False),
        ("style-trailing-space", 9, True),
        ("style-end-of-line", 11, False),
    ]
    mend(tmp_path)
    assert path.read_text() == CLEAN + "    context: |\n      one  \n        \n\n      two\n      three"
    assert mend(tmp_path) == []


def test_only_what_is_selected_and_readable(tmp_path: Path) -> None:
    path = put(tmp_path, f"{LEAF}/qna.yaml", CLEAN.replace("octocat", "octocat "))
    broken = put(tmp_path, f"{LEAF}/heldout.yaml", "items: [ \n")
    assert mend(tmp_path, select=["style-end-of-line"]) == []
    assert mend(tmp_path, ignore=["style"]) == []
    assert mend(tmp_path) == [f"{LEAF}/qna.yaml"]
    assert path.read_text() == CLEAN
    assert broken.read_text() == "items: [ \n"


WORDS = st.text(st.sampled_from("ab \t\\'\":|>-#é\n\r"), max_size=12)


@pytest.mark.slow
@settings(deadline=None)  # it works on files
@given(
    st.lists(st.tuples(WORDS, st.sampled_from(["|", ">", '"', "'", None])), min_size=1, max_size=4),
    st.text(st.sampled_from(" \t\n"), max_size=4),
    st.sampled_from(["", " ", "  \t"]),
    st.booleans(),
)
def test_the_value_never_changes(rows: list[tuple[str, str | None]], end: str, tail: str, crlf: bool) -> None:
    parts = [yaml.safe_dump({f"k{n}": v}, default_style=s, allow_unicode=True) for n, (v, s) in enumerate(rows)]
    text = ("".join(parts).removesuffix("\n") + end).replace("\n", f"{tail}\n")
    data = text.replace("\n", "\r\n").encode() if crlf else text.encode()
    try:
        value = parse(data).value
    except YamlProblem:
        value = None
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), f"{LEAF}/qna.yaml", "")
        path.write_bytes(data)
        before = [row for row in style(Path(folder)) if row[2]]
        assert bool(mend(Path(folder))) == bool(before)
        if value is None:
            assert path.read_bytes() == data
        else:
            assert repr(parse(path.read_bytes()).value) == repr(value)
        assert not [row for row in style(Path(folder)) if row[2]]
        assert mend(Path(folder)) == []
