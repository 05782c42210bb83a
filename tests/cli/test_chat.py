"""`labci chat`: what a model says is shown as it is, and a line that can't be read ends nothing in a crash."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from labci.chat import show
from tests.contribute.person import person
from tests.test_architecture import ROOT
from tests.tiny import tiny_model

ODD = ("an end [/b] of nothing", "[red] is a word", "labci.yaml:100:1", "http://[x")


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("models", [1, 2])
def test_what_a_model_says_is_no_markup(text: str, models: int) -> None:
    for terminal in (False, True):
        out = io.StringIO()
        show(
            Console(file=out, force_terminal=terminal, no_color=True, highlight=False, width=90),
            [(text, text)] * models,
        )
        assert out.getvalue().count(text) == 2 * models


@pytest.mark.parametrize("models", [1, 2])
def test_what_a_model_says_does_not_act_on_the_terminal(models: int) -> None:
    out = io.StringIO()
    said = "two\nlines \x1b]0;title\x07 and \x1b[2J\u202e"
    show(Console(file=out, force_terminal=True, no_color=True, width=120), [("a model", said)] * models)
    assert not set(out.getvalue()) & {"\x1b", "\x07", "\u202e"}
    assert r"\x1b]0;title\x07 and \x1b[2J" in out.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a folder whose name looks like markup, beside a repository."""
    folder = tmp_path_factory.mktemp("chat")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "labci.yaml").write_text("taxonomy: taxonomy\n")
    return tiny_model(folder / "[b]:100:")


@pytest.mark.slow
def test_a_pipe_that_is_not_utf_8_is_said_after_the_answers_before_it(model: Path) -> None:
    command = [sys.executable, "-m", "labci", "-C", model.parent.name, "chat", model.name, "--max-tokens", "2"]
    done = subprocess.run(
        command, input="Which line?\nQuelle ligne à prendre ?\n".encode("latin-1"), capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}, cwd=model.parent.parent,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith(b"you: Which line?\n")
    assert b"line 2 of what is piped in is not utf-8" in done.stderr
    assert b" next: " in done.stderr


@pytest.mark.slow
def test_at_a_terminal_it_is_asked_again(model: Path) -> None:
    with person(model.parent, "chat", model.name, "--compare", model.name, "--max-tokens", "2") as ada:
        ada.sees("[b]:100:. An empty line ends.")
        ada.answers(("you:", "o\udce9"), ("That could not be read", "Which line?"))
        ada.sees("─ ")
        ada.answers(("you:", ""))
        assert ada.ends()[0] == 0
