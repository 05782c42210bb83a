"""Weights between two models: their values, in one file or in several, and the other files of the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labci.errors import UsageError
from labci.lm.load import open_model
from labci.lm.merge import interpolate
from tests.tiny import tiny_model


def tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {name: tensor for file in folder.glob("*.safetensors") for name, tensor in load_file(file).items()}


def sharded(folder: Path, out: Path) -> Path:
    """The same model with its tensors in several files, and an index that says where."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    AutoModelForCausalLM.from_pretrained(folder).save_pretrained(out, max_shard_size="20KB")
    AutoTokenizer.from_pretrained(folder).save_pretrained(out)
    assert len(list(out.glob("*.safetensors"))) > 2
    return out


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two models of different weights."""
    return tiny_model(tmp_path / "released", seed=1), tiny_model(tmp_path / "tuned", seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("parts", ["neither", "released", "tuned", "both"])
def test_each_weight_lies_between_those_of_the_two(
    two: tuple[Path, Path], tmp_path: Path, alpha: float, parts: str
) -> None:
    """However each of them is cut into files; 1 is the tuned model itself, bit for bit."""
    released, tuned = (
        sharded(folder, tmp_path / f"{folder.name}-parts") if parts in (folder.name, "both") else folder
        for folder in two
    )
    interpolate(released, tuned, alpha, tmp_path / "out")
    old, new, found = tensors(released), tensors(tuned), tensors(tmp_path / "out")
    assert set(found) == set(new)
    for name, tensor in found.items():
        expected = (1 - alpha) * old[name].double() + alpha * new[name].double()
        assert (tensor.double() - expected).abs().max() < 1e-6, name
        assert alpha != 1 or tensor.equal(new[name])
        assert tensor.dtype == new[name].dtype
    opened = open_model(tmp_path / "out").model
    assert opened.get_input_embeddings().weight.equal(found["model.embed_tokens.weight"])
    index = tmp_path / "out/model.safetensors.index.json"
    assert index.is_file() == (parts in ("tuned", "both"))
    if index.is_file():
        assert set(json.loads(index.read_text())["weight_map"]) == set(found)
    assert {file.name for file in (tmp_path / "out").iterdir()} == {file.name for file in tuned.iterdir()}


def test_the_midpoint_of_bfloat16_weights_is_rounded_once(tmp_path: Path) -> None:
    """Summed in fp32: in bfloat16 itself each of the two products would be rounded before."""
    import torch
    from safetensors.torch import load_file, save_file

    folders = []
    for name, value in (("a", 1.0), ("b", 1.0 + 3 / 128)):
        folder = tmp_path / name
        folder.mkdir()
        save_file({"w": torch.tensor([value], dtype=torch.bfloat16)}, folder / "model.safetensors")
        folders.append(folder)
    interpolate(folders[0], folders[1], 2 / 3, tmp_path / "out")
    assert load_file(tmp_path / "out/model.safetensors")["w"].tolist() == [1.0 + 2 / 128]


def test_models_of_different_tensors_have_nothing_between_them(two: tuple[Path, Path], tmp_path: Path) -> None:
    from safetensors.torch import save_file

    released, tuned = two
    save_file({**tensors(tuned), "more.weight": tensors(tuned)["model.norm.weight"]}, tuned / "model.safetensors")
    with pytest.raises(UsageError, match=r"has a tensor that the other model lacks: more\.weight"):
        interpolate(released, tuned, 0.5, tmp_path / "out")
    assert not (tmp_path / "out").exists()
