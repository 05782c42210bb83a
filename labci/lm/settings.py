"""Settings and report of one tuning run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

# Of SFTConfig, beside what the settings say: whatever shapes the weights and whose default may move between releases.
SFT: Mapping[str, Any] = {
    "loss_type": "nll",
    "router_aux_loss_coef": None,  # as the model's own configuration says
    "completion_only_loss": True,
    "assistant_only_loss": False,
    "max_length": None,  # too long rows were refused: TRL would cut them in silence
    "packing": False,  # without FlashAttention samples would see each other
    "packing_strategy": "bfd",
    "padding_free": False,
    "pad_to_multiple_of": None,
    "shuffle_dataset": False,  # the order is given
    "dataloader_drop_last": False,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
    "optim_args": None,
    "lr_scheduler_kwargs": None,
    "label_smoothing_factor": 0.0,
    "neftune_noise_alpha": None,
    "average_tokens_across_devices": True,
    "activation_offloading": False,
    "use_liger_kernel": False,
    "torch_compile": False,
    "use_cache": False,
    "fp16": False,
    "tf32": None,
}
# Of LoraConfig, beside its rank; alpha is twice that.
LORA: Mapping[str, Any] = {
    "lora_dropout": 0.0,
    "target_modules": "all-linear",
    "bias": "none",
    "use_rslora": False,
    "use_dora": False,
    "init_lora_weights": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneSettings:
    """How to tune. Everything that shapes the weights is here; `to_json` goes into training.json, and
    so does `arguments`.

    epochs may be a fraction. warmup counts steps; below 1 it is a share of them. schedule: "linear" falls to zero,
    "constant" stays after warm-up (between phases). train_embeddings: False freezes the embedding and the tied head.
    batch_size: samples of a step, of all processes together. weights: type in memory; bfloat16 is for LoRA.
    micro_tokens: of one forward pass at most. recompute: activations are not kept for the backward pass. checkpoint:
    "best" ends with the weights of the pass with the lowest development NLL, and early after `patience` passes
    without a lower one (0: never). save_seconds: time between checkpoints, and none is written before it has passed
    once (0: one after each step); it is more where writing one takes long (lm/watch.py).
    """

    epochs: float = 5.0
    learning_rate: float = 5e-5
    batch_size: int = 8
    warmup: float = 0.1
    max_length: int = 512
    method: Literal["full", "lora"] = "full"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 0
    schedule: Literal["linear", "constant"] = "linear"
    optimizer: str = "adamw_torch_fused"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    train_embeddings: bool = True
    lora_rank: int = 16
    weights: Literal["float32", "bfloat16"] = "float32"
    micro_tokens: int = 8192
    recompute: bool = False
    checkpoint: Literal["last", "best"] = "last"
    patience: int = 0
    save_seconds: float = 75.0

    def warmup_steps(self, steps: int) -> int:
        """Steps with a rising rate, of so many; they may be more, and then the rate never reaches its peak."""
        return round(self.warmup * steps) if self.warmup < 1 else round(self.warmup)

    def to_json(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)

    def arguments(self) -> dict[str, Any]:
        """What TRL and PEFT are told beside the settings; lora is None where all weights are trained."""
        lora = {"r": self.lora_rank, "lora_alpha": 2 * self.lora_rank, **LORA} if self.method == "lora" else None
        return {"sft": dict(SFT), "lora": lora}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The development set after a step: mean over its items of the NLL in nats per token."""

    step: int
    nll: float

    def to_json(self) -> dict[str, Any]:
        """A point of training.json's curve."""
        return {"step": self.step, "nll": round(self.nll, 5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneReport:
    """What a tuning run did. losses: mean nats per completion token of each step.

    chosen: the step whose weights were written. curve: what the choice went by; empty where it is the last step.
    arguments: of the libraries, as `TuneSettings.arguments` gives them. computed: device, dtype and threads, as they
    were: the settings may leave them to the machine; versions of the libraries.
    """

    steps: int
    samples: int
    tokens: int
    seconds: float
    resumed_at: int
    losses: tuple[float, ...]
    chosen: int
    curve: tuple[Measured, ...]
    settings: Mapping[str, Any]
    arguments: Mapping[str, Any]
    computed: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """A phase of training.json."""
        losses = [round(loss, 4) for loss in self.losses]
        curve = [point.to_json() for point in self.curve]
        return {**asdict(self), "losses": losses, "curve": curve, "settings": dict(self.settings)}
