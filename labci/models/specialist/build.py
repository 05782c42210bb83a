"""Builds the specialist teacher: the base model tuned once to write the question for a fact and an answer."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from labci import artifact, digest
from labci.errors import OutsideError, UsageError
from labci.models.specialist.conversations import conversations
from labci.progress import Progress

GGUF = "specialist.Q8_0.gguf"
VARIABLE = "LABCI_SPECIALIST_ROWS"  # at most so many rows, for tests; another digest
SEED = 0
MICRO_TOKENS = 1024  # of a step at once, so that the build stays below 5 GB; the sum of gradients is the same
FILLINGS = 1  # of each pattern: 580 conversations of about 130 tokens are 9 minutes on 2 cores
RECIPE = {
    "learning_rate": 1e-4,
    "epochs": 1.0,
    "batch_size": 8,
    "warmup": 0.08,
    "max_length": 1024,
    "version": 1,
}
CHECKED, SAME_TOKENS, SAME_PROMPTS = 4, 6, 2  # Q8_0 rounds weights and activations, so close calls may differ


def digest_of(base: str) -> str:
    """Digest of base model, rows and recipe: the specialist's name, known before it is built."""
    return digest.of_json([base, _rows_digest(_limit()), RECIPE])


def folder_of(place: Path, base: str) -> Path:
    """The specialist's folder below the cache's models folder."""
    return place / f"specialist-{digest_of(base)[:16]}"


def build(student: Path, base_gguf: Path, place: Path, progress: Progress) -> Path:
    """Tune `student` on the rows and write the GGUF; returns its folder. Resumes; builds once.

    Raises OutsideError for a GGUF that does not answer like the tuned weights, no memory, a full disk.
    """
    folder = folder_of(place, digest.of_file(base_gguf))
    out = folder / GGUF
    if out.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    tuned = folder / "tuned"
    if not tuned.exists():
        _tune(student, folder, tuned, progress)
    _write(base_gguf, tuned, out, progress)
    return folder


def rows(limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The training rows, shuffled once, at most `limit`."""
    found = list(conversations(SEED, FILLINGS))
    random.Random(SEED).shuffle(found)
    for conversation in found[:limit]:
        yield conversation.to_row()


def _tune(student: Path, folder: Path, tuned: Path, progress: Progress) -> None:
    from labci.lm.tune import TuneSettings, tune

    count = artifact.write_jsonl(folder / "rows.jsonl", rows(_limit()))
    progress.say(
        f"building the specialist teacher from {count} rows: 10 minutes on 2 cores, once on this machine;"
        " it goes on where it stopped"
    )
    settings = {name: value for name, value in RECIPE.items() if name != "version"}
    report = tune(
        student, folder / "rows.jsonl", tuned,
        TuneSettings(**settings, seed=SEED, micro_tokens=MICRO_TOKENS),  # type: ignore[arg-type]
        progress=progress, work=folder / "work", name="specialist",
    )  # fmt: skip
    artifact.write_json(folder / "training.json", report.to_json())


def _write(base_gguf: Path, tuned: Path, out: Path, progress: Progress) -> None:
    from labci.lm.load import open_tokenizer
    from labci.models.specialist import gguf_file

    progress.say("writing the specialist as GGUF")
    part = out.with_name("unchecked.gguf")
    template = open_tokenizer(tuned).chat_template
    gguf_file.write(base_gguf, tuned, part, name="labci specialist", chat_template=template)
    _check(part, tuned)
    part.replace(out)


def _check(gguf: Path, tuned: Path) -> None:
    from labci.lm.answer import greedy_ids
    from labci.lm.ids import prompt_ids
    from labci.lm.llama import agreement
    from labci.lm.llama import greedy_ids as llama_ids
    from labci.lm.load import open_model

    lm = open_model(tuned)
    prompts = [prompt_ids(lm.tokenizer, row["prompt"]) for row in rows(CHECKED)]
    same = agreement(llama_ids(gguf, prompts, SAME_TOKENS), greedy_ids(lm, prompts, SAME_TOKENS))
    if sum(count >= SAME_TOKENS for count in same) < min(SAME_PROMPTS, len(same)):
        raise OutsideError(
            f"the specialist's GGUF answers unlike its weights: {same} of {SAME_TOKENS} tokens agree",
            hint="remove its folder in the model cache and run: labci models pull",
        )


@cache
def _rows_digest(limit: int | None) -> str:
    return digest.of_json(list(rows(limit)))


def _limit() -> int | None:
    text = os.environ.get(VARIABLE, "")
    if text and not text.isdigit():
        raise UsageError(f"{VARIABLE} is no number: {text!r}", hint="unset it to build the full specialist")
    return int(text) if text else None
