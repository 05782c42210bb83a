"""One training in a process of its own, so that its peak memory is its own: prints a JSON object.

python -m scripts.benches.training WAY MODEL ROWS DEV OUT      WAY: labci, trl-fp32, trl-bf16, either with -rate
python -m scripts.benches.training steps MODEL ROWS - OUT      where the time of a step goes
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labci.artifact import read_jsonl
from labci.config import read
from labci.lm.settings import TuneSettings
from labci.request import Continuation
from scripts.benches.repository import ROOT

TRAIN = read((ROOT / "labci.yaml").read_bytes()).train  # the demo's
STEPS = 24  # under the profiler, the first of them too
SQUARE = 1536  # of the matrices that the machine's rate is measured with


class Silent:
    """Progress that nobody reads."""

    def say(self, text: str) -> None:
        """Nothing."""

    def step(self, name: str, done: int, total: int) -> None:
        """Nothing."""

    def leaf(self, path: str, done: int, total: int) -> None:
        """Nothing."""


def passes(rows: Path) -> float:
    """Passes over the rows that a run with the demo's settings makes."""
    return TRAIN.passes(sum(row["tokens"] for row in read_jsonl(rows) if row["source"] == "new"))


def settings(rows: Path, epochs: float | None = None) -> TuneSettings:
    """The demo's."""
    return TuneSettings(
        epochs=passes(rows) if epochs is None else epochs,
        learning_rate=TRAIN.learning_rate, batch_size=TRAIN.batch_size, warmup=TRAIN.warmup,
        max_length=TRAIN.max_length, train_embeddings=TRAIN.embeddings, save_seconds=1e9,
    )  # fmt: skip


def by_labci(model: Path, rows: Path, out: Path) -> float:
    """Tune as `labci train` does; seconds."""
    from labci.lm.tune import tune

    began = time.monotonic()
    tune(model, rows, out, settings(rows), progress=Silent(), work=out.with_name("work"))
    return time.monotonic() - began


def by_trl(model: Path, rows: Path, out: Path, *, bf16: bool, rate: float | None = None) -> float:
    """TRL's SFTTrainer as it comes, without gradient checkpointing and checkpoints on disk; seconds.

    rate: another learning rate than its own, so that it is not slower alone but learns as much.
    """
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    data = [{"prompt": row["prompt"], "completion": row["completion"]} for row in read_jsonl(rows)]
    began = time.monotonic()
    args = SFTConfig(
        output_dir=str(out.with_name("work")), num_train_epochs=passes(rows), gradient_checkpointing=False,
        bf16=bf16, use_cpu=not torch.cuda.is_available(), save_strategy="no", report_to="none", disable_tqdm=True,
    )  # fmt: skip
    args.learning_rate = rate or args.learning_rate
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32),
        args=args,
        train_dataset=Dataset.from_list(data),
        processing_class=AutoTokenizer.from_pretrained(model),
    )
    trainer.train()
    trainer.save_model(str(out))
    return time.monotonic() - began


def nll(folder: Path, dev: Path) -> float:
    """Mean nats per token of the development samples."""
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    items = [Continuation.of_row(row) for row in read_jsonl(dev)]
    values = [-total / tokens for total, tokens in log_likelihood(open_model(folder), items)]
    return sum(values) / len(values)


def peak() -> int:
    """Megabytes that this process has had resident at the most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def trained(way: str, model: Path, rows: Path, dev: Path, out: Path) -> dict[str, Any]:
    """A row of the table."""
    if way == "labci":
        seconds = by_labci(model, rows, out)
    else:
        rate = TRAIN.learning_rate if way.endswith("-rate") else None
        seconds = by_trl(model, rows, out, bf16="bf16" in way, rate=rate)
    memory = peak()  # before the development set is scored
    samples = round(passes(rows) * sum(1 for _ in read_jsonl(rows)))
    found = {"seconds": seconds, "samples": samples, "peak": memory, "nll": nll(out, dev)}
    shutil.rmtree(out, ignore_errors=True)
    return found


def steps(model: Path, rows: Path, out: Path) -> dict[str, Any]:
    """Milliseconds of a step: matrix products (those of the head apart), optimizer, all; the machine's rate.

    By torch's profiler over the trainer as it is. A product of m x k and k x n matrices counts 2 m k n operations.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    from labci.lm.load import prepare_torch, use_bfloat16
    from labci.lm.tune import tune

    few = out.with_name("few.jsonl")
    with few.open("w", encoding="utf-8") as file:
        for number, row in enumerate(read_jsonl(rows)):
            if number < STEPS * TRAIN.batch_size:
                file.write(json.dumps(row) + "\n")
    prepare_torch()
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as profiled:
        report = tune(model, few, out, settings(few, 1.0), progress=Silent(), work=out.with_name("work"))
    words = json.loads((model / "config.json").read_text("utf-8"))["vocab_size"]
    events = list(profiled.key_averages(group_by_input_shape=True))
    body, head = (list(_products(events, words, of_head=which)) for which in (False, True))
    optimizer = sum(event.cpu_time_total for event in events if event.key.startswith("Optimizer.step"))
    dtype = torch.bfloat16 if use_bfloat16("auto") else torch.float32
    spent = sum(time for time, _ in body + head) / 1e6
    flops = sum(count for _, count in body + head)
    return {
        "steps": report.steps,
        "body": sum(time for time, _ in body) / 1e3 / report.steps,
        "head": sum(time for time, _ in head) / 1e3 / report.steps,
        "optimizer": optimizer / 1e3 / report.steps,
        "rate": flops / spent / 1e9,
        "machine": machine_rate(dtype),
        "dtype": str(dtype).removeprefix("torch."),
    }


def _products(events: list[Any], words: int, *, of_head: bool) -> Iterator[tuple[float, float]]:
    """Microseconds and operations of the matrix products, of the head or of all else."""
    for event in events:
        shapes = [shape for shape in event.input_shapes if len(shape) >= 2]
        if event.key in ("aten::mm", "aten::addmm", "aten::bmm") and len(shapes) >= 2:
            left, right = shapes[-2], shapes[-1]
            if (words in (*left, *right)) == of_head:
                batch = left[0] if len(left) == 3 else 1
                yield event.self_cpu_time_total, 2.0 * event.count * batch * left[-2] * left[-1] * right[-1]


def machine_rate(dtype: Any, seconds: float = 2.0) -> float:
    """GFLOP/s of square matrix products, the best of several tries."""
    import torch

    left, right = (torch.randn(SQUARE, SQUARE).to(dtype) for _ in range(2))
    best, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        left @ right
        best = max(best, 2 * SQUARE**3 / (time.perf_counter() - began) / 1e9)
    return best


def main(way: str, model: Path, rows: Path, dev: Path, out: Path) -> None:
    """Print the JSON object."""
    found = steps(model, rows, out) if way == "steps" else trained(way, model, rows, dev, out)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:6]))
