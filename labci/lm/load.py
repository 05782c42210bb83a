"""Opens a model folder for training or inference, with the compute type and threads that suit the machine."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from labci import crew, digest
from labci.errors import LabciError, UsageError
from labci.extras import MODEL, lacking, need
from labci.lm.files import check_files
from labci.lm.free import free
from labci.lm.ids import pair_ids, prompt_ids
from labci.lm.outside import first_line, is_outside
from labci.lm.threads import physical_cores, wait_shortly

LAYER = re.compile(r"\blayers\.(\d+)\.")
Dtype = Literal["auto", "float32", "bfloat16"]
Weights = Literal["float32", "bfloat16"]
OTHER_MODEL = "use a model that transformers knows and can open, such as Llama, Mistral, Qwen or Granite"
OWN_TOKENIZER = "copy tokenizer.json and tokenizer_config.json of this model into the folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A causal language model with its tokenizer on one device. `digest` is that of the weights."""

    model: Any
    tokenizer: Any
    device: str
    folder: Path
    digest: str
    autocast: bool  # whether computation is to run in bfloat16


def open_model(folder: Path, dtype: Dtype = "auto", weights: Weights = "float32") -> LanguageModel:
    """Load safetensors weights, as fp32 unless told otherwise, and the tokenizer; dtype is for autocast to use.

    Raises UsageError for a folder whose weights or config are missing, damaged or of no architecture that transformers
    knows, for tensors that the weights lack, and for a tokenizer that can't be used or is another
    model's. Code in it never runs.
    """
    need("a language model", *MODEL)
    check_folder(folder)
    torch = prepare_torch()
    free()
    from transformers import AutoModelForCausalLM

    device, compute = computing(dtype)
    with quiet(), _readable(folder):
        opened: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, weights), use_safetensors=True, trust_remote_code=False, local_files_only=True,
            ignore_mismatched_sizes=True, output_loading_info=True,
        )  # fmt: skip
    model, found = opened
    _check_tensors(folder, model.config, found)
    tokenizer = open_tokenizer(folder)
    _check_ids(folder, tokenizer, model.get_input_embeddings().num_embeddings)
    return LanguageModel(
        model=model.eval().to(device),
        tokenizer=tokenizer,
        device=device,
        folder=folder,
        digest=weights_digest(folder),
        autocast=compute == "bfloat16",
    )


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """UsageError that names the folder for whatever transformers raises of files that it can't read."""
    try:
        yield
    except Exception as error:  # of many libraries; no memory and a full disk are no fault of the files
        if isinstance(error, LabciError) or is_outside(error):
            raise
        raise UsageError(f"{folder}: the model can't be opened: {first_line(error)}", hint=OTHER_MODEL) from error


def _layer(name: str) -> int:
    """The number of the layer that a tensor is of; -1 for none."""
    found = LAYER.search(name)
    return int(found[1]) if found else -1


def _check_tensors(folder: Path, config: Any, found: Mapping[str, Any]) -> None:
    """UsageError for tensors that the files lack or have in other sizes: transformers would draw them by chance.

    And for whole layers that it would leave out, as config.json is of a smaller model.
    """
    lacking = sorted(found["missing_keys"])
    other = sorted(str(entry[0]) for entry in found["mismatched_keys"])
    layers = int(getattr(config, "num_hidden_layers", 0) or 0)
    beyond = sorted(name for name in found["unexpected_keys"] if layers and _layer(name) >= layers)
    for names, what in (
        (other, "has another size in the weights than config.json says"),
        (lacking, "is missing"),
        (beyond, f"is of a layer beyond the {layers} of config.json"),
    ):
        if names:
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            hint = "config.json and weights must be of one model: copy or download both again"
            raise UsageError(f"{folder}: tensor {names[0]} {what}{more}", hint=hint)


def check_student(folder: Path) -> None:
    """UsageError for a folder whose files, configuration, tokenizer or chat template training would refuse.

    No weights are loaded: whether all tensors are there, opening tells. Where transformers isn't installed the files
    alone are looked at.
    """
    check_folder(folder)
    if lacking(*MODEL):
        return
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig

    with quiet(), _readable(folder):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise UsageError(
            f"{folder}: {config.model_type} is no model that writes text from left to right", hint=OTHER_MODEL
        )
    pair_ids(open_tokenizer(folder), [{"role": "user", "content": "?"}], "!")


def open_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder; UsageError if it can't be read, has no chat template or no turn-end token."""
    from transformers import AutoTokenizer

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except (ValueError, OSError, ImportError) as error:
        raise UsageError(f"{folder}: the tokenizer can't be read: {first_line(error)}", hint=OWN_TOKENIZER) from error
    if not tokenizer.chat_template:
        raise UsageError(
            f"{folder}: the tokenizer has no chat template",
            hint="use an instruct model, or add chat_template.jinja",
        )
    if tokenizer.eos_token_id is None:
        raise UsageError(
            f"{folder}: the tokenizer has no eos_token, which ends every answer",
            hint="set eos_token in tokenizer_config.json to what ends a turn of the chat template, such as <|im_end|>",
        )
    return tokenizer


def _check_ids(folder: Path, tokenizer: Any, rows: int) -> None:
    """UsageError for a tokenizer with ids past the model's embedding rows.

    Of added tokens those of a chat count: some models ship one that no text has and no row is for.
    """
    chat = prompt_ids(tokenizer, [{"role": "user", "content": "?"}])
    highest = max(*chat, tokenizer.eos_token_id, tokenizer.vocab_size - 1)
    if highest >= rows:
        raise UsageError(
            f"{folder}: the tokenizer is another model's: it has ids up to {highest}, the model has {rows} embeddings",
            hint=OWN_TOKENIZER,
        )


def check_folder(folder: Path) -> None:
    """UsageError for a folder that is no safetensors model, or whose weights aren't whole."""
    if not (folder / "config.json").is_file():
        raise UsageError(f"{folder} is no model folder: no config.json", hint="labci models pull fetches one")
    if not any(folder.glob("*.safetensors")):
        raise UsageError(f"{folder} has no safetensors weights", hint="convert it: pickles are never loaded")
    check_files(folder)


def weights_digest(folder: Path) -> str:
    """sha256 over name and digest of every safetensors file of a model folder."""
    files = sorted(folder.glob("*.safetensors"))
    return digest.of_json([[file.name, digest.of_file(file)] for file in files])


def computing(dtype: Dtype = "auto") -> tuple[str, Weights]:
    """What models are computed on and in here: cpu or cuda, float32 or bfloat16. Loads torch."""
    need("a language model", *MODEL)
    torch = prepare_torch()
    return "cuda" if torch.cuda.is_available() else "cpu", "bfloat16" if use_bfloat16(dtype) else "float32"


def use_bfloat16(dtype: Dtype) -> bool:
    """Whether to compute in bfloat16: if asked for, or on `auto` where the hardware is fast at it.

    On a CPU without AVX512-BF16 or AMX, and on a GPU older than Ampere, bfloat16 is emulated and slower than fp32.
    """
    import torch

    if dtype != "auto":
        return dtype == "bfloat16"
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def prepare_torch() -> Any:
    """Import torch with as many threads as physical cores: two threads on one core slow each other down.

    Processes that train together share the cores.
    """
    from labci.lm import pages

    pages.keep()  # before torch allocates anything large
    wait_shortly()  # before it brings OpenMP
    import torch

    torch.set_num_threads(max(1, physical_cores() // crew.here()))
    return torch


LOGGERS = ("transformers", "datasets", "accelerate", "trl", "peft", "huggingface_hub", "torch")


@contextlib.contextmanager
def quiet(*, stderr: bool = False) -> Iterator[None]:
    """Silence log lines, warnings and bars of the libraries.

    stderr: drop everything written there, for bars that no switch turns off; our progress too.
    """
    import logging
    import warnings

    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("ignore")
        if stderr:
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
