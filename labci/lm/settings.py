"""Settings and report of one tuning run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneSettings:
    """How to tune. Everything that shapes the weights is here; `to_json` goes into training.json.

    epochs may be a fraction. warmup counts steps; below 1 it is a share of them. schedule: "linear" falls to zero,
    "constant" stays after warm-up (between phases). train_embeddings: False freezes the embedding and the tied head.
    batch_size: samples of a step, of all processes together. weights: type in memory; bfloat16 is for LoRA.
    micro_tokens: of one forward pass at most. recompute: activations are not kept for the backward pass. checkpoint:
    "best" ends with the weights of the pass with the lowest development NLL, and early after `patience` passes
    without a lower one (0: never). save_seconds: time between checkpoints; none is written before it has passed once.
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

    def to_json(self) -> dict[str, Any]:
        """A phase of training.json."""
        losses = [round(loss, 4) for loss in self.losses]
        curve = [point.to_json() for point in self.curve]
        return {**asdict(self), "losses": losses, "curve": curve, "settings": dict(self.settings)}
