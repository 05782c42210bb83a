from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.ci import log
from labci.report.excerpt import block

ACTIONS = {"GITHUB_ACTIONS": "true"}


def test_commands_are_stopped_by_a_token_that_cannot_be_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with log.without_commands(ACTIONS):
            print("::error::not mine")
    lines = capsys.readouterr().out.splitlines()
    tokens = [line.removeprefix("::stop-commands::") for line in lines[::3]]
    assert lines[2::3] == [f"::{token}::" for token in tokens]
    assert len(set(tokens)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", token) for token in tokens)


def test_commands_stay_stopped_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), log.without_commands(ACTIONS):
        raise RuntimeError
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_terminal_sees_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with log.without_commands({}):
        pass
    assert capsys.readouterr().out == ""


def test_summary_is_appended_and_capped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "summary.md"
    log.add_summary("one", {"GITHUB_STEP_SUMMARY": str(file)})
    log.add_summary("é" * log.MAX_SUMMARY, {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text("utf-8").startswith("one\né")
    assert file.stat().st_size <= log.MAX_SUMMARY + 10
    log.add_summary("two", {})
    assert capsys.readouterr().out == "two\n"


@given(text=st.text(alphabet="`a\n ", max_size=40))
def test_text_cannot_leave_its_block(text: str) -> None:
    first, *inside, last = block(text).split("\n")
    assert first == f"{last}text"
    assert set(last) == {"`"}
    assert last not in "\n".join(inside)
