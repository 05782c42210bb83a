"""Writes tuned Llama weights as a GGUF: settings and tokenizer of the base model's file, tensors anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# Written by GGUFWriter itself, or not true of the new file.
OWN_KEYS = frozenset({"general.architecture", "general.file_type", "general.quantization_version"})


def write(base: Path, tuned: Path, out: Path, *, name: str, chat_template: str) -> None:
    """Write `out` (Q8_0) from the safetensors folder `tuned` with keys and tokenizer of the GGUF `base`."""
    import gguf

    part = out.with_name(f".{out.name}.part")
    writer = gguf.GGUFWriter(part, "llama")
    _copy_keys(gguf.GGUFReader(base), writer, {"general.name": name, "tokenizer.chat_template": chat_template})
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_tensors(tuned, writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(out)


def _copy_keys(reader: Any, writer: Any, replaced: dict[str, str]) -> None:
    import gguf

    for key, field in reader.fields.items():
        if key in OWN_KEYS or key in replaced or key.startswith("GGUF."):
            continue
        kind = field.types[0]
        element = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, sub_type=element)
    for key, text in replaced.items():
        writer.add_key_value(key, text, gguf.GGUFValueType.STRING)


def _add_tensors(tuned: Path, writer: Any) -> None:
    import gguf
    from safetensors import safe_open

    from labci.artifact import read_json

    config = read_json(tuned / "config.json")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    for file in sorted(tuned.glob("*.safetensors")):
        with safe_open(file, framework="np") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (no dict)
                data = tensors.get_tensor(name).astype("float32")
                part = name.split(".")[-2]
                data = _permuted(data, heads[part]) if part in heads else data
                _add(writer, str(names.get_name(name, try_suffixes=(".weight",))), data)


def _add(writer: Any, name: str, data: Any) -> None:
    from gguf import GGMLQuantizationType, quants

    if data.ndim < 2:  # norms stay as they are
        writer.add_tensor(name, data)
        return
    kind = GGMLQuantizationType.Q8_0
    writer.add_tensor(name, quants.quantize(data, kind), raw_dtype=kind)


def _permuted(data: Any, heads: int) -> Any:
    """Rows of a projection in llama.cpp's order of rotary pairs (its convert_hf_to_gguf: `permute`).

    transformers keeps the halves of a head apart, llama.cpp interleaves them.
    """
    rows = data.shape[0] // heads // 2
    return data.reshape(heads, 2, rows, *data.shape[1:]).swapaxes(1, 2).reshape(data.shape)
