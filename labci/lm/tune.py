"""Tunes a model folder on prompt-completion rows and writes the tuned model folder."""

from __future__ import annotations

import os
import shutil
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from labci import artifact, crew, digest
from labci.errors import UsageError
from labci.lm import checkpoints, trainer
from labci.lm.best import Best, dev_items
from labci.lm.chance import suspicion
from labci.lm.free import frees
from labci.lm.load import (
    LanguageModel,
    check_folder,
    open_model,
    open_tokenizer,
    prepare_torch,
    quiet,
    weights_digest,
)
from labci.lm.order import pass_ends, pass_size, training_order
from labci.lm.outside import clear_errors
from labci.lm.rows import Encoded, encode
from labci.lm.settings import TuneReport, TuneSettings
from labci.lm.soft import SoftLabels, soft_labels
from labci.lm.watch import Watch
from labci.progress import Progress

__all__ = ["TuneReport", "TuneSettings", "tune"]
LIBRARIES = (
    "torch",
    "transformers",
    "trl",
    "accelerate",
    "peft",
    "tokenizers",
)  # whose releases may give other weights


@frees
def tune(
    model_folder: Path,
    rows: Path,
    out: Path,
    settings: TuneSettings,
    *,
    progress: Progress,
    work: Path,
    name: str = "training",
    dev: Path | None = None,
    keep: Path | None = None,
) -> TuneReport:
    """Tune `model_folder` on `rows` (JSON Lines of `prompt` and `completion`) and write `out` as a whole.

    dev: rows of the same form, by which `checkpoint: best` chooses; without one of them the last weights are taken.
    keep: the model whose probabilities are the labels of the rows that say `soft`; default `model_folder`.
    Several processes (`labci.crew`) share out each batch; the first one writes.

    Killed at any point, a second call goes on from the last whole checkpoint in `work`, and gives the same
    weights as an uninterrupted one on the same machine. Raises FindingsError for too long rows, no rows and
    a diverging loss (with the batch's samples), UsageError for a folder that can't be trained, OutsideError
    for no memory and a full disk.
    """
    check_folder(model_folder)
    _check_shares(settings)
    prepare_torch()
    started = time.monotonic()
    with quiet(), clear_errors("training", less=less_memory(settings)):
        data = encode(open_tokenizer(model_folder), artifact.read_jsonl(rows), settings.max_length)
        soft = _soft_labels(keep or model_folder, data, settings, progress)
        lm = open_model(model_folder, settings.dtype, settings.weights)
        if keep in (None, model_folder) and crew.first() and (told := suspicion(lm)):  # not once it has been trained
            progress.say(told)
        order = training_order(
            data.lengths, epochs=settings.epochs, batch_size=settings.batch_size, seed=settings.seed, every=data.every
        )
        watch = Watch(name, _batches(data, order, settings.batch_size), progress, settings.save_seconds)
        best = _best(lm, data, order, settings, dev, work, progress)
        kept = weights_digest(keep) if keep is not None and any(data.soft) else ""
        how = [settings.to_json(), settings.arguments()]
        key = digest.of_json([lm.digest, digest.of_file(rows), _dev_digest(best, dev), kept, *how])
        resumed = _train(lm, data, order, settings, watch, best, work, key, soft)
        crew.shared(lambda: write_model(lm.model, model_folder, out))
    if crew.first():
        shutil.rmtree(work, ignore_errors=True)
    read = order[: len(watch.losses) * settings.batch_size]
    return TuneReport(
        steps=len(watch.losses),
        samples=len(data.ids),
        tokens=sum(len(data.ids[index]) for index in read),
        seconds=round(time.monotonic() - started, 1),
        resumed_at=resumed,
        losses=tuple(watch.losses),
        chosen=best.best.step if best and best.best else len(watch.losses),
        curve=tuple(best.curve) if best else (),
        settings=settings.to_json(),
        arguments=settings.arguments(),
        computed=_computed(lm, settings),
    )


def _computed(lm: LanguageModel, settings: TuneSettings) -> dict[str, Any]:
    """What `auto` has come to: device (cpu or cuda), dtype of the products, threads of a process.

    versions: of the libraries, by their names.
    """
    import torch

    dtype = "bfloat16" if lm.autocast else settings.weights
    versions = {name: version(name) for name in LIBRARIES}
    return {"device": lm.device, "dtype": dtype, "threads": torch.get_num_threads(), "versions": versions}


def _soft_labels(folder: Path, data: Encoded, settings: TuneSettings, progress: Progress) -> SoftLabels:
    """Read before the model that is trained is opened, so that two are never in memory."""
    if not any(data.soft):
        return {}
    lm = open_model(folder, settings.dtype, settings.weights)
    return soft_labels(lm, data, lambda done, total: progress.step("soft labels", done, total))


def _check_shares(settings: TuneSettings) -> None:
    if settings.batch_size % crew.size():
        raise UsageError(
            f"batches of {settings.batch_size} can't be shared out over {crew.size()} processes",
            hint="set train.batch_size to a multiple of the processes",
        )


def _best(
    lm: LanguageModel,
    data: Encoded,
    order: list[int],
    settings: TuneSettings,
    dev: Path | None,
    work: Path,
    progress: Progress,
) -> Best | None:
    if settings.checkpoint == "last":
        return None
    items = dev_items(dev)
    if not items:
        progress.say("no development samples to choose a checkpoint by: the last one is taken")
        return None
    return Best(lm, items, pass_ends(pass_size(data.every), len(order), settings.batch_size), settings.patience, work)


def _dev_digest(best: Best | None, dev: Path | None) -> str:
    return digest.of_file(dev) if best is not None and dev is not None else ""


def _train(
    lm: LanguageModel,
    data: Encoded,
    order: list[int],
    settings: TuneSettings,
    watch: Watch,
    best: Best | None,
    work: Path,
    key: str,
    soft: SoftLabels,
) -> int:
    import torch

    torch.manual_seed(settings.seed)
    if not settings.train_embeddings:
        lm.model.get_input_embeddings().weight.requires_grad_(False)
        lm.model.get_output_embeddings().weight.requires_grad_(False)
    work.mkdir(parents=True, exist_ok=True)
    last = crew.shared(lambda: _resumable(work, key))
    run = trainer.build(lm, data, order, settings, watch, best, work, key, soft)
    watch.begin(checkpoints.losses(last) if last else [])
    resumed = len(watch.losses)
    if best is not None:
        best.begin(checkpoints.curve(last) if last else [])
    if best is None or not best.enough:  # killed after its last step, but before it was written
        run.train(resume_from_checkpoint=str(last) if last else None)
    if best is not None and crew.first():
        best.restore()
    if settings.method == "lora":
        run.model.merge_and_unload()
    return resumed


def _resumable(work: Path, key: str) -> Path | None:
    last = checkpoints.latest(work, key)
    checkpoints.sweep(work, keep=last)
    return last


def _batches(data: Encoded, order: list[int], size: int) -> list[list[str]]:
    return [[data.names[index] for index in order[at : at + size]] for at in range(0, len(order), size)]


def write_model(model: Any, like: Path, out: Path) -> None:
    """Save weights and config beside copies of the other files of `like`; `out` appears only when whole."""
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    copy_companions(like, part)
    with quiet(stderr=True):
        model.save_pretrained(part, safe_serialization=True)
    for file in part.iterdir():
        file.chmod(0o644)  # safetensors writes private files
    replace_folder(part, out)


def copy_companions(source: Path, target: Path) -> None:
    """Copy tokenizer, chat template and configs of a model folder."""
    for file in sorted(source.iterdir()):
        wanted = file.suffix in (".json", ".jinja", ".model", ".txt") and "safetensors" not in file.name
        if file.is_file() and wanted:
            shutil.copyfile(file, target / file.name)


def replace_folder(part: Path, out: Path) -> None:
    """Put a finished folder in place of another."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.replace(out, old)
    os.replace(part, out)
    shutil.rmtree(old, ignore_errors=True)


def less_memory(settings: TuneSettings) -> str:
    """What needs less memory than these settings, as a hint: what costs nothing but time comes first."""
    ways = [f"lower train.micro_tokens ({settings.micro_tokens})"]
    if not settings.recompute:
        ways.append("set train.recompute: true")
    if settings.method == "full":
        ways.append("set train.method: lora with train.weights: bfloat16")
    elif settings.weights == "float32":
        ways.append("set train.weights: bfloat16")
    return ", ".join([*ways, "or lower train.max_length"])
