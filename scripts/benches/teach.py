"""What a model learns of a document: held-out questions answered after generate, mix and train.

    scripts/bench teach [LEAF …]             the default way on leaves of tests/leaves, the four kinds if none is named
    scripts/bench teach --ways [WAY …] -- LEAF   all ways (or these) of coming by samples, on one leaf

Every way trains with the default settings, so with the same number of tokens at the most. A finished cell is kept
in LABCI_BENCH (default .labci/bench)/teach.json and not done again; a killed bench goes on where it was.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labci.artifact import read_json, read_jsonl, write_json
from scripts.benches import table, ways
from scripts.benches.cells import Cells, work_folder
from scripts.benches.recall import answered
from scripts.benches.repository import labci, newest_run, repository_of

# The four kinds. Four earlier documents of them (teach_place, teach_machine, teach_law, teach_life) are no default any
# more: what samples drawn from two of them showed has mended some of the rules.
KINDS = ("teach_harbour", "teach_loom", "teach_market", "teach_botanist")
RANGE = "main~1..main"
NOTHING_KEPT = 1  # exit code of `labci generate`
HEAD = ("leaf", "samples from", "answered", "samples", "tokens trained", "minutes to generate", "minutes to train")


def main() -> int:
    """Do what is not done yet, and print the table after each cell; exit 1 if a stage failed."""
    wanted = _wanted(sys.argv[2:])
    folder = work_folder()
    cells = Cells(folder / "teach.json")
    for leaf, way in wanted:
        if (key := f"{leaf} {way}") not in cells:
            cells.put(key, cell(folder, leaf, way))
            print(_table(cells, wanted), flush=True)
    print(_table(cells, wanted))
    return 0


def _wanted(arguments: list[str]) -> list[tuple[str, str]]:
    parser = argparse.ArgumentParser(prog="scripts/bench teach")
    parser.add_argument("leaves", nargs="*", default=[])
    parser.add_argument("--ways", nargs="*", choices=ways.WAYS)
    found = parser.parse_args(arguments)
    if found.ways is None:
        return [(leaf, ways.DEFAULT) for leaf in found.leaves or KINDS]
    return [(leaf, way) for leaf in found.leaves or KINDS[:1] for way in found.ways or ways.of(leaf)]


def cell(folder: Path, leaf: str, way: str) -> dict[str, Any]:
    """Generate, mix, train and ask; what a killed bench has finished is not done again."""
    from labci.models import student_folder

    repository = repository_of(folder, leaf)
    if way == ways.NOTHING:
        return _asked(student_folder("smollm2-135m"), leaf)
    run, seconds = generated(repository, leaf, way)
    began = time.monotonic()
    if not (run / "manifest" / "train.json").exists():
        _labci(repository, "mix", "--run", str(run))
        _labci(repository, "train", "--run", str(run))
    training = read_json(run / "training.json")
    found = {
        **_asked(run / "checkpoint", leaf),
        "samples": sum(1 for _ in read_jsonl(run / "samples.jsonl")),
        "tokens": training["tokens"],
        "alpha": training["alpha"],
        "seconds": {"generate": seconds, "train": training["seconds"], "all": time.monotonic() - began},
    }
    shutil.rmtree(run / "checkpoint")  # half a gigabyte; the cell has what is asked of it
    return found


def generated(repository: Path, leaf: str, way: str) -> tuple[Path, float]:
    """The run folder with the samples of a way, and the seconds that they took when they were made."""
    run = default_run(repository)
    if way == ways.DEFAULT:
        return run, _seconds(run)
    folder = run.with_name(f"{run.name}-{way}")
    if not (folder / "generation.json").exists():
        began = time.monotonic()
        ways.run_folder(way, run, ways.samples(way, run, repository, leaf))
        note = {"one-prompt": time.monotonic() - began, "unfiltered": _teacher_seconds(run)}
        write_json(folder / "seconds.json", note.get(way, 0.0))
    return folder, float(read_json(folder / "seconds.json"))


def default_run(repository: Path) -> Path:
    """The run folder where labci itself has generated; where nothing was kept, its files say why."""
    done = list((repository / ".labci" / "runs").glob("*/manifest/generate.json"))
    if done:
        return done[0].parents[1]
    code = labci(repository, "generate", RANGE)
    run = newest_run(repository)
    if code and not (code == NOTHING_KEPT and (run / "generation.json").exists()):
        raise SystemExit(f"labci generate ended with {code} in {repository}")
    return run


def _seconds(run: Path) -> float:
    return float(read_json(run / "generation.json")["seconds"])


def _teacher_seconds(run: Path) -> float:
    return float(read_json(run / "generation.json")["teacher_seconds"])


def _labci(repository: Path, *arguments: str) -> None:
    if code := labci(repository, *arguments):
        raise SystemExit(f"labci {' '.join(arguments)} ended with {code} in {repository}")


def _asked(model: Path, leaf: str) -> dict[str, Any]:
    hits = answered(model, [leaf])[0]
    return {"answered": sum(hits), "of": len(hits), "hits": hits}


def _table(cells: Cells, wanted: Iterable[tuple[str, str]]) -> str:
    done = [(leaf, way, cells[f"{leaf} {way}"]) for leaf, way in wanted if f"{leaf} {way}" in cells]
    rows = [(leaf, ways.WAYS[way], f"{value['answered']} of {value['of']}", *_cost(value)) for leaf, way, value in done]
    default = [value["answered"] for _, way, value in done if way == ways.DEFAULT]
    if len(default) > 1:
        rows.append((f"median of {len(default)}", "", f"{statistics.median(default):g}", "", "", "", ""))
    return table(HEAD, rows)


def _cost(value: dict[str, Any]) -> tuple[str, ...]:
    if "seconds" not in value:
        return ("", "", "", "")
    minutes = (f"{value['seconds'][part] / 60:.1f}" for part in ("generate", "train"))
    return f"{value['samples']:,}", f"{value['tokens']:,}", *minutes


if __name__ == "__main__":
    sys.exit(main())
