"""How large a model is: by its files without loading them, else by its name."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from labci.lm.files import header

BILLION = 1e9
ASPECT = 128  # hidden width per layer of models of 1 to 100 billion parameters, such as Llama 2 and Mistral
VOCABULARY = 32_000  # of Llama 2 and Mistral
TOLD = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "vocab_size",
)  # without one of them nothing is counted
MAY_BE_TOLD = ("head_dim", "intermediate_size", "num_key_value_heads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Parameters, and the widths that activations go by. source: what they are known from.

    embeddings: how many of the parameters are the embedding's and the head's, which may be one and the same.
    """

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    attention: int  # width of all query heads together
    keys: int  # width of all key heads together
    vocabulary: int
    embeddings: int
    source: Literal["weights", "config.json", "name"]

    def adapters(self, rank: int) -> int:
        """Parameters of LoRA adapters on every linear layer (peft's `all-linear`): rank x (inputs + outputs)."""
        h, i, q, k = self.hidden, self.intermediate, self.attention, self.keys
        return rank * self.layers * (2 * (h + q) + 2 * (h + k) + 3 * (h + i))


def shape_of(folder: Path, name: str) -> Shape | None:
    """The shape of the model in `folder`, which may lack its weights or not exist; None where nothing tells.

    An estimate goes by it, so that a config that says other things is no error. Raises UsageError for weights that
    can't be read.
    """
    config = _json(folder / "config.json")
    if not isinstance(config, dict) or not _told(config):
        return _by_name(name)
    hidden, layers = int(config["hidden_size"]), int(config["num_hidden_layers"])
    heads = int(config["num_attention_heads"])
    each = int(config.get("head_dim") or hidden // heads)
    words, tied = int(config["vocab_size"]), bool(config.get("tie_word_embeddings", True))
    shape = Shape(
        parameters=0, layers=layers, hidden=hidden,
        intermediate=int(config.get("intermediate_size") or 4 * hidden), attention=heads * each,
        keys=each * int(config.get("num_key_value_heads") or heads), vocabulary=words,
        embeddings=words * hidden * (1 if tied else 2), source="config.json",
    )  # fmt: skip
    stored = _stored(folder)
    counted = stored or _decoder(shape)
    return _with(shape, counted, "weights" if stored else "config.json")


def _told(config: dict[str, Any]) -> bool:
    """Whether the numbers of a shape are all there; some architectures have a list of them, one for each layer."""
    needed, others = (config.get(key) for key in TOLD), (config.get(key) for key in MAY_BE_TOLD)
    return all(type(value) is int and value > 0 for value in needed) and all(
        value is None or (type(value) is int and value >= 0) for value in others
    )


def _with(shape: Shape, parameters: int, source: Literal["weights", "config.json", "name"]) -> Shape:
    from dataclasses import replace

    return replace(shape, parameters=parameters, source=source)


def _decoder(shape: Shape) -> int:
    """Parameters of a decoder with gated feed-forward layers and RMS norms, as Llama, Mistral and Granite are."""
    h, i, q, k = shape.hidden, shape.intermediate, shape.attention, shape.keys
    layer = 2 * h * q + 2 * h * k + 3 * h * i + 2 * h
    return shape.embeddings + shape.layers * layer + h


def _by_name(name: str) -> Shape | None:
    """`…-13b…` or `…-135m`: widths follow from 12 x layers x hidden^2 parameters at the usual aspect ratio."""
    found = re.search(r"(?<![\d.])(\d+(?:\.\d+)?)([bm])(?![a-z])", name.rpartition("/")[2].lower())
    if found is None:
        return None
    parameters = round(float(found[1]) * (BILLION if found[2] == "b" else 1e6))
    hidden = 64 * max(1, round(math.cbrt(parameters * ASPECT / 12) / 64))
    return Shape(
        parameters=parameters, layers=max(1, round(hidden / ASPECT)), hidden=hidden,
        intermediate=round(8 * hidden / 3), attention=hidden, keys=hidden, vocabulary=VOCABULARY,
        embeddings=2 * VOCABULARY * hidden, source="name",
    )  # fmt: skip


def _stored(folder: Path) -> int:
    """Parameters in the headers of the safetensors files; 0 without files."""
    return sum(math.prod(tensor["shape"]) for file in folder.glob("*.safetensors") for tensor in header(file).values())


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
