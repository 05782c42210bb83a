"""Logits at chosen places only: the head over hidden states, scaled as the model's own forward pass scales them."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from labci.errors import UsageError
from labci.lm.ids import prompt_ids
from labci.lm.load import LanguageModel

MULTIPLIERS = ("logit_scale", "output_multiplier", "lm_head_multiplier")  # Cohere, Muse Glimmer, Falcon-H1
APART = 0.02  # of the largest logit: bfloat16 rounds to 0.004

_compared: WeakSet[Any] = WeakSet()


def logits_of(model: Any, hidden: Any) -> Any:
    """Logits (…, vocabulary) of the last hidden states (…, width) of a model.

    Multiplied, divided and capped by the names that TRL 1.16 knows (`add_fused_lm_head`): its trainer is used, too.
    """
    import torch

    config = model.config.get_text_config()
    found = model.get_output_embeddings()(hidden)
    scale, cap = _scale(config), getattr(config, "final_logit_softcapping", None)
    if scale != 1:
        found = found * scale
    return found if cap is None else torch.tanh(found / cap) * cap


def _scale(config: Any) -> float:
    for name in MULTIPLIERS:
        if (value := getattr(config, name, None)) is not None:
            return float(value)
    scaling = getattr(config, "logits_scaling", None)
    if scaling is None:
        return 1.0
    return float(scaling if config.model_type == "hyperclovax" else 1 / scaling)  # Granite and MiniCPM3 divide


def check_logits(lm: LanguageModel) -> None:
    """UsageError for a model whose own logits are others than `logits_of` gives: it would be read and trained wrong.

    Compared once for each model that is open, on a short prompt.
    """
    if lm.model in _compared:
        return
    if _apart(lm):
        raise UsageError(
            f"{lm.folder}: the model ({lm.model.config.model_type}) makes its logits in a way that labci does not know",
            hint="use a model of another architecture, such as Llama, Mistral, Qwen or Granite",
        )
    _compared.add(lm.model)


def _apart(lm: LanguageModel) -> bool:
    """Whether both ways differ. What is no number is left to whoever reads on: training says so of its loss."""
    import torch

    model = lm.model
    training, device = model.training, model.get_input_embeddings().weight.device
    ids = torch.tensor([prompt_ids(lm.tokenizer, [{"role": "user", "content": "?"}])], device=device)
    model.eval()  # dropout would make two passes differ
    try:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=lm.autocast):
            hidden = getattr(model.base_model(input_ids=ids, use_cache=False), "last_hidden_state", None)
            if hidden is None or model.get_output_embeddings() is None:
                return True
            own = model(input_ids=ids, use_cache=False).logits.float()
            return bool((logits_of(model, hidden).float() - own).abs().max() > APART * own.abs().max())
    finally:
        model.train(training)
