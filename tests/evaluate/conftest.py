"""A model small enough for tests that answers in words, and its likes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from labci.artifact import write_jsonl
from labci.lm.settings import TuneSettings
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.tiny import tiny_model


def changed(source: Path, folder: Path, factor: float) -> Path:
    """A copy of a model with its weights multiplied."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, folder)
    file = folder / "model.safetensors"
    save_file({name: value * factor for name, value in load_file(file).items()}, file, metadata={"format": "pt"})
    return folder


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that answers in words; a random one says nothing."""
    folder = tmp_path_factory.mktemp("talker")
    tiny_model(folder / "start")
    row = {
        "prompt": [{"role": "user", "content": "Which tram goes to the harbour?"}],
        "completion": [{"role": "assistant", "content": "Line 4 goes to the harbour."}],
        "id": "row",
    }
    write_jsonl(folder / "rows.jsonl", [row] * 16)
    settings = TuneSettings(epochs=20, batch_size=8, learning_rate=1e-2, max_length=128)
    tune(folder / "start", folder / "rows.jsonl", folder / "model", settings, progress=Said(), work=folder / "work")
    return folder / "model"
