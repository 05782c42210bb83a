"""The settings of a phase, as tuning takes them."""

from __future__ import annotations

from typing import Any

from labci.errors import UsageError
from labci.job import Job
from labci.train.phases import Phase


def tune_settings(job: Job, phase: Phase) -> Any:
    """A phase's settings, all explicit."""
    from labci.lm.settings import TuneSettings

    train, recipe = job.config.train, phase.recipe
    if train.method not in ("full", "lora"):
        raise UsageError(f"unknown train.method {train.method!r}", hint="full or lora")
    return TuneSettings(
        epochs=phase.epochs, learning_rate=recipe.learning_rate, batch_size=recipe.batch_size,
        warmup=recipe.warmup, max_length=recipe.max_length,
        method=train.method, dtype=train.dtype, weights=train.weights,  # type: ignore[arg-type]
        seed=job.config.seed, schedule=phase.schedule, checkpoint=recipe.checkpoint,  # type: ignore[arg-type]
        patience=recipe.patience, lora_rank=train.lora_rank, train_embeddings=train.embeddings,
        micro_tokens=train.micro_tokens, recompute=train.recompute,
    )  # fmt: skip
