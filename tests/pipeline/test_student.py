"""A student that can't be trained is said before the teacher is asked: nobody pays for samples first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Labci
from tests.pipeline.conftest import environment
from tests.servers.chat import Chat

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def cut(student: Path) -> None:
    file = student / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


def untokenized(student: Path) -> None:
    (student / "tokenizer.json").write_text("{")


def mistyped(student: Path) -> None:
    (student / "chat_template.jinja").write_text("{% for message in %}")


def foreign(student: Path) -> None:
    file = student / "config.json"
    file.write_text(file.read_text().replace('"llama"', '"zorb"'))


def an_encoder(student: Path) -> None:
    (student / "config.json").write_text('{"model_type": "t5"}')


def half_copied(student: Path) -> None:
    file = student / "model.safetensors"
    file.unlink()
    file.symlink_to("../../blobs/0f")


def a_part(student: Path) -> None:
    (student / "model.safetensors").rename(student / "model-00001-of-00002.safetensors")


def emptied(student: Path) -> None:
    for file in student.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("spoil", "command", "message"),
    [
        (cut, "generate", "model.safetensors was cut off"),
        (untokenized, "generate", "the tokenizer can't be read"),
        (mistyped, "run", "chat_template.jinja: the chat template can't be used"),
        (foreign, "run", "the model can't be opened"),
        (an_encoder, "run", "t5 is no model that writes text from left to right"),
        (half_copied, "run", "model.safetensors can't be read: No such file"),
        (a_part, "run", "has neither model.safetensors nor model.safetensors.index.json"),
        (emptied, "run", "is no model folder"),
    ],
)
def test_it_is_said_before_anything_is_generated(
    place: Path, tmp_path: Path, teacher: Chat, spoil: Callable[[Path], None], command: str, message: str,
    labci: Labci, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    spoil(tmp_path / "tiny")
    for name, value in environment(teacher).items():
        monkeypatch.setenv(name, value)
    done = labci("-C", place, command)
    assert done.code == 2, done.err
    assert message in done.err
    assert str(tmp_path / "tiny") in done.err
    assert teacher.requests == 0
