"""A model folder that can't be used is said so: where, what is wrong, what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci.errors import OutsideError, UsageError
from labci.lm.load import open_model
from labci.lm.outside import clear_errors
from labci.lm.shape import shape_of
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


def test_a_pointer_of_git_lfs_in_place_of_the_weights(model: Path) -> None:
    """What a clone without `git lfs` has; it was taken for a header of exabytes."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 539\n"
    (model / "model.safetensors").write_text(pointer)
    assert refused(model, r"model\.safetensors is a pointer of Git LFS") == f"fetch them: git -C {model} lfs pull"
    with pytest.raises(UsageError, match="is a pointer of Git LFS"):
        shape_of(model, "")


@pytest.mark.parametrize("data", [b"", b"PK", b"\2\0\0\0\0\0\0\0[]", b"\2\0\0\0\0\0\0\0{x", b"\0" * 99], ids=repr)
def test_weights_that_are_no_safetensors(model: Path, data: bytes) -> None:
    (model / "model.safetensors").write_bytes(data)
    refused(model, r"model\.safetensors is no safetensors file")


@pytest.mark.parametrize("left", [-1, -3000])
def test_weights_that_were_cut_off(model: Path, left: int) -> None:
    file = model / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:left])
    has = f"it has {len(whole) + left:,} of {len(whole):,} bytes"
    assert "download it again" in refused(model, rf"model\.safetensors was cut off: {has}")


def test_weights_of_which_a_part_is_missing(model: Path) -> None:
    from transformers import AutoModelForCausalLM

    AutoModelForCausalLM.from_pretrained(model).save_pretrained(model, max_shard_size="20KB")
    (model / "model.safetensors").unlink(missing_ok=True)
    open_model(model)
    next(model.glob("model-00002-*")).unlink()
    assert "download it again" in refused(model, r"model-00002-of-0000\d\.safetensors is missing: .*index\.json names")


def test_tensors_that_the_weights_lack_are_not_drawn_by_chance(model: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(model / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, model / "model.safetensors", metadata={"format": "pt"})
    assert "of one model" in refused(model, r"tensor model\.layers\.1\.mlp\.up_proj\.weight is missing$")


def configured(model: Path, **changes: object) -> None:
    path = model / "config.json"
    value = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: item for key, item in value.items() if item is not None}))


def test_weights_with_more_layers_than_the_config_are_not_cut_down(model: Path) -> None:
    configured(model, num_hidden_layers=1)
    assert "of one model" in refused(model, r"layers\.1\.\S+ is of a layer beyond the 1 of config\.json")


def test_a_config_without_heads(model: Path) -> None:
    """transformers takes its own number; an estimate goes by the name then."""
    configured(model, num_attention_heads=None)
    assert "of one model" in refused(model, r"tensor \S+proj\.weight has another size in the weights than config\.json")
    assert shape_of(model, "tiny") is None
    named = shape_of(model, "tiny-1b")
    assert named is not None
    assert named.source == "name"


def test_a_config_of_an_unknown_architecture(model: Path) -> None:
    configured(model, model_type="zorb")
    assert "Granite" in refused(model, "the model can't be opened: .*model type `zorb`")
    configured(model, model_type=None)
    refused(model, r"config\.json has no model_type")


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_config_that_is_no_json(model: Path, text: str) -> None:
    (model / "config.json").write_bytes(text.encode("latin-1"))
    refused(model, r"config\.json is no")
    assert shape_of(model, "tiny") is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "template", ["{% for x in %}", "{{ raise_exception('no') }}", "{{ zorb.x.y }}", "{{ messages + 1 }}"]
)
def test_a_broken_chat_template(model: Path, template: str) -> None:
    (model / "chat_template.jinja").write_text(template)
    assert "mend it" in refused(model, r"chat_template\.jinja: the chat template can't be used: \S")


def test_no_memory_while_opening_is_no_fault_of_the_files(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModelForCausalLM

    def scarce(*_: object, **__: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", scarce)
    with pytest.raises(OutsideError, match="not enough memory while testing"), clear_errors("testing"):
        open_model(model)
