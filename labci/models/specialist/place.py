"""Where a specialist is in the model cache, and the digest that names it before it is built."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from labci import digest, models
from labci.errors import UsageError
from labci.models.specialist import Specialist
from labci.models.specialist.conversations import SEED, Conversation, shipped
from labci.models.specialist.judged import judged_asks, judged_readings
from labci.models.specialist.readings import readings

GGUF = "specialist.Q8_0.gguf"
TUNED = "tuned"
VARIABLE = "LABCI_SPECIALIST_ROWS"  # at most so many shipped rows, for tests; another digest
RECIPE = {
    "learning_rate": 2e-4,
    "epochs": 1.0,
    "batch_size": 8,
    "warmup": 0.08,
    "max_length": 1024,
    "version": 4,
}


def digest_of(specialist: Specialist) -> str:
    """Digest of base model, rows and recipe. The order of a repository's rows and their leaves' paths don't count.

    UsageError for a base that is neither in labci's table nor on this machine.
    """
    parts: list[Any] = [base_digest(specialist.base), _shipped_digest(limit()), RECIPE]
    own = sorted((row.content for row in specialist.rows), key=digest.of_json)
    return digest.of_json([*parts, own] if own else parts)


def base_digest(base: str) -> str:
    """Digest of the base: of its GGUF where it has one, which is known before it is fetched; else of its weights."""
    if has_gguf(base):
        return models.gguf_digest(base)
    return _weights(models.student_folder(base))


def has_gguf(base: str) -> bool:
    """Whether a specialist on this base is served by the embedded llama.cpp; else by transformers."""
    return base in models.KNOWN


def folder_of(specialist: Specialist) -> Path:
    """The specialist's folder in the model cache."""
    return models.cache_folder() / "models" / f"specialist-{digest_of(specialist)[:16]}"


def served(specialist: Specialist) -> Path:
    """What a teacher serves: a GGUF file or a folder of safetensors; or where it will be."""
    return folder_of(specialist) / (GGUF if has_gguf(specialist.base) else TUNED)


def is_ready(specialist: Specialist) -> bool:
    """Whether it is built; both file and folder appear only when whole."""
    return served(specialist).exists()


def training_rows(specialist: Specialist) -> Iterator[dict[str, Any]]:
    """The shipped rows, shuffled once, then the repository's in an order that follows from their content."""
    yield from shipped_rows(limit())
    for row in sorted(specialist.rows, key=lambda item: digest.of_json(item.content)):
        turns = tuple((turn.answer, turn.question) for turn in row.turns)
        yield Conversation(kind="leaf", topic=row.topic, fact=row.fact, turns=turns).to_row()


def shipped_rows(most: int | None) -> list[dict[str, Any]]:
    """Rows that ask and rows that read, in one order; of at most `most`, a third read."""
    reading = [row.to_row() for row in (*readings(SEED), *judged_readings())]
    random.Random(SEED).shuffle(reading)
    reading = reading if most is None else reading[: most // 3]
    asking = [row.to_row() for row in (*shipped(), *judged_asks())]
    random.Random(SEED).shuffle(asking)
    rows = [*(asking if most is None else asking[: most - len(reading)]), *reading]
    random.Random(SEED).shuffle(rows)
    return rows


def limit() -> int | None:
    """How many of the shipped rows are used; None for all."""
    text = os.environ.get(VARIABLE, "")
    if text and not text.isdigit():
        raise UsageError(f"{VARIABLE} is no number: {text!r}", hint="unset it to build the full specialist")
    return int(text) if text else None


@cache
def _shipped_digest(most: int | None) -> str:
    return digest.of_json(shipped_rows(most))


@cache
def _weights(folder: Path) -> str:
    from labci.lm.load import check_folder, weights_digest

    check_folder(folder)
    return weights_digest(folder)
