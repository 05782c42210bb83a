"""What a teacher is called: by whoever asks for one, and in what its samples say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.errors import ConfigError
from labci.models import DEFAULT, gguf_digest
from labci.teachers import open_teacher
from tests.conftest import Labci, add_leaf
from tests.tiny import tiny_model


@pytest.mark.parametrize("base", ["HuggingFaceTB/SmolLM2-360M-Instruct", "folder"])
def test_the_embedded_teacher_is_called_what_it_serves(base: str, tmp_path: Path) -> None:
    """A base without a GGUF of its own is taught by the default model: its name would stand beside another's digest."""
    model = str(tmp_path) if base == "folder" else base
    teacher = open_teacher("embedded", model=model)
    assert (teacher.name, teacher.digest) == (DEFAULT, gguf_digest(DEFAULT))


@pytest.mark.parametrize("spec", ["embedded:model.gguf", "embedded:smollm2-135m", "embedded:"])
def test_the_embedded_teacher_takes_no_argument(spec: str) -> None:
    """It would be ignored, and the judges that go by the name would be left out."""
    with pytest.raises(ConfigError, match="takes no argument") as caught:
        open_teacher(spec)
    assert caught.value.hint.startswith("write embedded; ")


@pytest.mark.parametrize("command", ["plan", "generate"])
def test_an_argument_too_many_ends_the_command_before_anything_is_fetched(
    labci: Labci, repository: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABCI_CACHE", str(repository / "cache"))
    tiny_model(repository / "base")
    add_leaf(repository, "dev_press")
    ended = labci("-q", "-C", repository, command, "--model", "base", "--teacher", "embedded:base")
    assert (ended.code, "'embedded:base'" in ended.err, "write embedded" in ended.err) == (2, True, True), ended.err
    assert not (repository / "cache").exists()
