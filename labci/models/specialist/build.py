"""Builds a specialist teacher: tunes its base on its rows, and writes it as the embedded teacher serves it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labci import artifact, models
from labci.errors import OutsideError
from labci.extras import need
from labci.models.specialist import Specialist, history, place
from labci.models.specialist.conversations import SEED
from labci.progress import Progress

MICRO_TOKENS = 1024  # of a step at once, so that the build stays below 5 GB; the sum of gradients is the same
# Q8_0 rounds weights and activations, so that close calls differ, and all tokens behind them; a file that is wrong
# agrees in next to nothing. A model of few rows has many close calls: of 120 rows 13 tokens of 24 agreed.
CHECKED, SAME_TOKENS, SAME_SHARE = 8, 6, 1 / 3
ROWS_A_MINUTE = 150  # of the 135M model on 2 cores
NEEDED = ("torch", "transformers", "trl", "datasets", "accelerate", "gguf", "safetensors")


def build(specialist: Specialist, progress: Progress) -> Path:
    """Tune the base, which is here already, and write what is served; returns the specialist's folder.

    Resumes what was cut off, and does nothing when it is built. Raises OutsideError for a GGUF that does not
    answer like the tuned weights, no memory, a full disk, and a missing extra; UsageError for an unknown base.
    """
    folder = place.folder_of(specialist)
    if not place.is_ready(specialist):
        need("building the specialist teacher", *NEEDED)
        began = time.monotonic()
        with _full_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            artifact.sweep(folder)
            if not (folder / place.TUNED).exists():
                _tune(specialist, folder, progress)
            if place.has_gguf(specialist.base):
                _write(models.gguf_path(specialist.base), folder, progress)
        history.note(specialist, folder, seconds=time.monotonic() - began)
    elif not history.is_noted(folder):  # cut off just before, or built by an earlier labci
        artifact.sweep(folder)
        history.note(specialist, folder)
    return folder


def _tune(specialist: Specialist, folder: Path, progress: Progress) -> None:
    from labci.lm.tune import TuneSettings, tune

    count = artifact.write_jsonl(folder / "rows.jsonl", place.training_rows(specialist))
    progress.say(
        f"building the specialist teacher {specialist.name} from {count} rows{_own(specialist)}: with the 135M model"
        f" about {max(1, round(count / ROWS_A_MINUTE))} minutes on 2 cores, once on this machine;"
        " it goes on where it stopped"
    )
    settings = {name: value for name, value in place.RECIPE.items() if name != "version"}
    report = tune(
        models.student_folder(specialist.base), folder / "rows.jsonl", folder / place.TUNED,
        TuneSettings(**settings, seed=SEED, micro_tokens=MICRO_TOKENS),  # type: ignore[arg-type]
        progress=progress, work=folder / "work", name="specialist",
    )  # fmt: skip
    artifact.write_json(folder / history.TRAINING, report.to_json())


def _own(specialist: Specialist) -> str:
    return f" ({len(specialist.rows)} of them from {specialist.file})" if specialist.rows else ""


def _write(base_gguf: Path, folder: Path, progress: Progress) -> None:
    from labci.lm.load import open_tokenizer
    from labci.models.specialist import gguf_file

    progress.say("writing the specialist as GGUF")
    tuned, part = folder / place.TUNED, folder / "unchecked.gguf"
    template = open_tokenizer(tuned).chat_template
    gguf_file.write(base_gguf, tuned, part, name="labci specialist", chat_template=template)
    _check(part, tuned, folder / "rows.jsonl")
    part.replace(folder / place.GGUF)


def _check(gguf: Path, tuned: Path, rows: Path) -> None:
    from itertools import islice

    from labci.lm.answer import greedy_ids
    from labci.lm.ids import prompt_ids
    from labci.lm.llama import agreement
    from labci.lm.llama import greedy_ids as llama_ids
    from labci.lm.load import open_model

    lm = open_model(tuned)
    prompts = [prompt_ids(lm.tokenizer, row["prompt"]) for row in islice(artifact.read_jsonl(rows), CHECKED)]
    same = agreement(llama_ids(gguf, prompts, SAME_TOKENS), greedy_ids(lm, prompts, SAME_TOKENS))
    if sum(same) < SAME_SHARE * SAME_TOKENS * len(same):
        raise OutsideError(
            f"the specialist's GGUF answers unlike its weights: {same} of {SAME_TOKENS} tokens agree",
            hint=f"remove {tuned.parent} and run: labci teachers build",
        )


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in artifact.FULL:
            raise
        raise OutsideError(
            f"no space left on the disk for the specialist teacher in {folder}",
            hint="free some space (the 135M model needs 2.5 GB while it is tuned), then run the same command:"
            " it goes on where it stopped",
        ) from error
