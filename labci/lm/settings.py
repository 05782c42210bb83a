"""Settings and report of one tuning run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneSettings:
    """How to tune. Everything that shapes the weights is here; `to_json` goes into training.json.

    epochs may be a fraction. warmup is a share of the steps. schedule: "linear" falls to zero, "constant"
    stays after warm-up (between phases). train_embeddings: False freezes the embedding and the tied head.
    save_seconds: time between checkpoints; no checkpoint is written before it has passed once.
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
    micro_tokens: int = 8192
    save_seconds: float = 75.0

    def to_json(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneReport:
    """What a tuning run did. losses: mean nats per completion token of each step."""

    steps: int
    samples: int
    tokens: int
    seconds: float
    resumed_at: int
    losses: tuple[float, ...]
    settings: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """A phase of training.json."""
        losses = [round(loss, 4) for loss in self.losses]
        return {**asdict(self), "losses": losses, "settings": dict(self.settings)}
