"""A model folder that can't be used is said so: where, what is wrong, what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.lm.load import open_model
from tests.tiny import tiny_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "model")


def refused(folder: Path, message: str) -> str:
    """The hint of the error that opening ends with."""
    with pytest.raises(UsageError, match=message) as found:
        open_model(folder)
    assert str(folder) in found.value.message
    assert "\n" not in found.value.message
    return found.value.hint


def test_no_safetensors(model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    assert "pickles are never loaded" in refused(model, "has no safetensors weights")


def test_no_model_folder(tmp_path: Path) -> None:
    assert "labci models pull" in refused(tmp_path, r"no config\.json")


def test_no_tokenizer(model: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (model / name).unlink()
    assert "copy tokenizer.json" in refused(model, "the tokenizer can't be read")


def test_a_tokenizer_that_is_no_json(model: Path) -> None:
    (model / "tokenizer.json").write_text("{")
    assert "copy tokenizer.json" in refused(model, "the tokenizer can't be read")


def test_the_tokenizer_of_another_model(model: Path, tmp_path: Path) -> None:
    small = tiny_model(tmp_path / "small", text=("tram",))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (small / name).write_bytes((model / name).read_bytes())
    assert "copy tokenizer.json" in refused(small, r"ids up to \d+, the model has \d+ embeddings")


def test_chat_tokens_that_the_model_was_never_resized_for(model: Path) -> None:
    template = (model / "chat_template.jinja").read_text()
    (model / "chat_template.jinja").write_text(template.replace("<|im_start|>", "<|begin|>"))
    path = model / "tokenizer.json"
    value = json.loads(path.read_text())
    fresh = value["added_tokens"][0] | {"id": 1 + max(value["model"]["vocab"].values()), "content": "<|begin|>"}
    path.write_text(json.dumps(value | {"added_tokens": [*value["added_tokens"], fresh]}))
    refused(model, "the tokenizer is another model's")


def test_a_tokenizer_without_a_turn_end(model: Path) -> None:
    path = model / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"eos_token": None}))
    assert "eos_token in tokenizer_config.json" in refused(model, "has no eos_token")
