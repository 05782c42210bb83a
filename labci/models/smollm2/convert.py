"""Converts the GGUF once into a safetensors model folder, and holds it against the GGUF's own answers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from labci.errors import OutsideError
from labci.progress import Progress

# The base model's template without its default system turn: 20 tokens saved in every sample and item.
TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
PROMPTS = ("Name three colours.", "Why is the sky blue?", "What is the opposite of hot?")
SAME_TOKENS = 8
# The weights are equal (Q4_1 is dequantised exactly), the arithmetic isn't: llama.cpp rounds activations to
# 8 bits, so that close calls fall differently. Of 6 prompts 4 agreed on 23 or more tokens and 2 differed at
# once; a wrong conversion (heads permuted, norms missing) agrees on none.
SAME_PROMPTS = 2


def convert(gguf: Path, student: Path, progress: Progress) -> None:
    """Write `student` as a whole; OutsideError if its greedy answers are not those of the GGUF."""
    part = student.with_name(".student.part")
    shutil.rmtree(part, ignore_errors=True)
    progress.say("converting the model to safetensors (540 MB, about a minute)")
    _write(gguf, part)
    _check(gguf, part, progress)
    part.replace(student)


def _write(gguf: Path, folder: Path) -> None:
    from labci.lm.load import prepare_torch, quiet

    torch = prepare_torch()
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    with quiet(stderr=True):
        source: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        tokenizer: Any = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        # A plain model: the one from the GGUF carries a quantization_config that makes it unsaveable.
        settings = source.config.to_dict()
        for name in ("quantization_config", "architectures", "torch_dtype", "dtype", "_model_name_or_path"):
            settings.pop(name, None)
        model: Any = LlamaForCausalLM(LlamaConfig(**settings))
        model.load_state_dict(source.state_dict())
        _set_special_tokens(model, tokenizer)
        model.save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)


def _set_special_tokens(model: Any, tokenizer: Any) -> None:
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.eos_token = tokenizer.pad_token = "<|im_end|>"  # noqa: S105 (a token of text)
    for config in (model.config, model.generation_config):
        config.eos_token_id = config.pad_token_id = end


def _check(gguf: Path, folder: Path, progress: Progress) -> None:
    from labci.lm.answer import greedy_ids
    from labci.lm.ids import prompt_ids
    from labci.lm.llama import agreement
    from labci.lm.llama import greedy_ids as llama_ids
    from labci.lm.load import open_model

    progress.say("checking its answers against llama.cpp's")
    lm = open_model(folder)
    prompts = [prompt_ids(lm.tokenizer, [{"role": "user", "content": text}]) for text in PROMPTS]
    same = agreement(llama_ids(gguf, prompts, SAME_TOKENS), greedy_ids(lm, prompts, SAME_TOKENS))
    if sum(count >= SAME_TOKENS for count in same) < SAME_PROMPTS:
        raise OutsideError(
            f"the converted model answers unlike {gguf.name}: {same} of {SAME_TOKENS} tokens agree",
            hint="the versions in constraints.txt are known to work; then remove its cache folder",
        )
