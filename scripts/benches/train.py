"""Speed and memory of training, beside TRL as it comes, on the samples of one leaf with the demo's settings.

    scripts/bench train [LEAF]      a leaf of tests/leaves, dev_press if none is named

All rows in one run on one machine, so only ratios mean something. NLL is of the mixture's development samples.
All of them read the same samples in each pass, those of labci's first one: TRL has no turns for general ones.
Where the processor has no units for bfloat16, which labci then leaves alone, TRL's rows are in fp32, too: emulated, one
of them had not ended after 18 minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from labci.artifact import read_jsonl, write_jsonl
from scripts.benches import table
from scripts.benches.cells import work_folder
from scripts.benches.repository import ROOT, labci, repository_of
from scripts.benches.teach import default_run

FP32, FP32_RATE, BF16, BF16_RATE = "trl-fp32", "trl-fp32-rate", "trl-bf16", "trl-bf16-rate"
WAYS = {
    "labci": "labci", FP32: "TRL's defaults, fp32", FP32_RATE: "the same, at labci's learning rate",
    BF16: "TRL's defaults, bfloat16", BF16_RATE: "the same, at labci's learning rate",
}  # fmt: skip
HEAD = ("training", "samples a second", "times TRL in fp32", "times TRL in {dtype}", "NLL", "peak GiB", "seconds")


def main() -> int:
    """Print both tables."""
    leaf = (sys.argv[2:] or ["dev_press"])[0]
    repository = repository_of(work_folder(), leaf)
    run = default_run(repository)
    if not (run / "mixture" / "train.jsonl").exists() and labci(repository, "mix", "--run", str(run)):
        return 1
    with tempfile.TemporaryDirectory() as folder:
        _first_pass(run / "mixture" / "train.jsonl", Path(folder) / "rows.jsonl")
        found = {way: _child(way, run, Path(folder)) for way in ways(bfloat16=_fast())}
        parts = _child("steps", run, Path(folder))
    print(table(head(parts["dtype"]), [_row(way, found) for way in found]))
    print()
    print(table(("part of a step of labci", "milliseconds", "share"), _parts(parts, found["labci"])))
    print(_shares(parts, found["labci"]))
    return 0


def ways(*, bfloat16: bool) -> tuple[str, ...]:
    """The rows: TRL in fp32, and in the type that labci computes in on this machine, as it comes and at its rate."""
    return ("labci", FP32, BF16, BF16_RATE) if bfloat16 else ("labci", FP32, FP32_RATE)


def head(dtype: str) -> tuple[str, ...]:
    """The table's; dtype: what labci computes in."""
    return tuple(name.format(dtype=dtype) for name in HEAD if dtype != "float32" or "{" not in name)


def _fast() -> bool:
    from labci.lm.load import use_bfloat16

    return use_bfloat16("auto")


def _shares(parts: dict[str, Any], whole: dict[str, Any]) -> str:
    """What is reached of the machine's rate: while a product is computed, and over a whole step."""
    share, spent = parts["rate"] / parts["machine"], (parts["body"] + parts["head"]) / _step(whole)
    return (
        f"\nMatrix products run at {parts['rate']:.0f} GFLOP/s in {parts['dtype']}; the machine reaches"
        f" {parts['machine']:.0f} on large square ones: {share:.0%}, and {share * spent:.0%} over a whole step."
    )


def _step(whole: dict[str, Any]) -> float:
    """Milliseconds of a step of a whole training."""
    from scripts.benches.training import TRAIN

    return float(1000 * whole["seconds"] / whole["samples"] * TRAIN.batch_size)


def _first_pass(mixture: Path, rows: Path) -> None:
    write_jsonl(rows, (row | {"every": 1} for n, row in enumerate(read_jsonl(mixture)) if n % row.get("every", 1) == 0))


def _child(way: str, run: Path, folder: Path) -> dict[str, Any]:
    from labci.models import student_folder

    paths = (student_folder("smollm2-135m"), folder / "rows.jsonl", run / "mixture/dev.jsonl", folder / "out")
    command = [sys.executable, "-m", "scripts.benches.training", way, *map(str, paths)]
    print(f"training: {way}", file=sys.stderr, flush=True)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    value: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"training: {way}: {value}", file=sys.stderr, flush=True)
    return value


def _row(way: str, found: dict[str, dict[str, Any]]) -> list[object]:
    speed = {name: value["samples"] / value["seconds"] for name, value in found.items()}
    ratios = [round(speed[way] / speed[name], 2) for name in (FP32, BF16) if name in found]
    return [
        WAYS[way], round(speed[way], 2), *ratios, round(found[way]["nll"], 2), round(found[way]["peak"] / 1024, 2),
        round(found[way]["seconds"]),
    ]  # fmt: skip


def _parts(parts: dict[str, Any], whole: dict[str, Any]) -> list[list[object]]:
    step = _step(whole)
    named = {"matrix products of the body": "body", "those of the head": "head", "optimizer": "optimizer"}
    rest = step - sum(parts[key] for key in named.values())
    times = {name: parts[key] for name, key in named.items()} | {"all else": rest, "a step": step}
    return [[name, round(value), f"{value / step:.0%}"] for name, value in times.items()]


if __name__ == "__main__":
    sys.exit(main())
