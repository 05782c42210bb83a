"""What replay keeps: three leaves merged one after the other, with and without replay of the earlier ones.

    scripts/bench replay [LEAF …]      at least two leaves of tests/leaves

Both ways share the first merge. Without replay means `train.replay: 0`; general replay stays. What the gate refuses is
released over its head, so that each merge starts from the one before. Each leaf holds out a dozen of its 30 questions
in other words besides those of its contexts, as labci advises: five items decide little. LABCI_BENCH names a folder to
keep, and to continue in.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

from labci.artifact import read_json
from scripts.benches import table
from scripts.benches.cells import Cells, work_folder
from scripts.benches.main_job import shift
from scripts.benches.recall import recalls
from scripts.benches.repository import labci, leaf_path, merge, newest_run, start

HELDOUT = 12
DEFAULT = ("test_archive", "test_tram", "dev_press")
WAYS = {"with replay": (), "without": ("--set", "train.replay=0")}
HEAD = (
    "way", "merge", "verdict", "minutes", "NLL of the first leaf", "old: change", "90 % interval", "margin", "old",
    "general NLL shift", "answered of 30 each",
)  # fmt: skip


def main() -> int:
    """Do what is not done yet, and print the table after each merge; exit 1 if a merge with replay did not pass."""
    names = sys.argv[2:] or list(DEFAULT)
    folder = work_folder()
    cells = Cells(folder / "replay.json")
    for way, number, key in _wanted(names):
        if key not in cells:
            cells.put(key, cell(folder, way, names[: number + 1]))
            print(_table(cells, names), flush=True)
    print(_table(cells, names))
    return 0 if all(cells[key]["verdict"] == "PASS" for way, _, key in _wanted(names) if way != "without") else 1


def _wanted(names: list[str]) -> Iterator[tuple[str, int, str]]:
    """Way, number of the merge from 0, and key of the cell."""
    yield "first", 0, f"first {' '.join(names[:1])}"
    for way in WAYS:
        for number in range(1, len(names)):
            yield way, number, f"{way} {' '.join(names[: number + 1])}"


def cell(folder: Path, way: str, names: list[str]) -> dict[str, Any]:
    """Merge the last of `names`, run labci, and measure."""
    repository = _repository(folder, way)
    merge(repository, names[-1], HELDOUT)
    began = time.monotonic()
    labci(repository, "run", "main~1..main", *WAYS.get(way, ()))
    minutes, run = round((time.monotonic() - began) / 60, 1), newest_run(repository)
    found = measured(run, names) | {"minutes": minutes}
    if found["verdict"] != "PASS":
        reason = ("--override", "the bench goes on", "--by", "scripts/bench replay")
        labci(repository, "release", "--run", str(run), *reason)
    return found


def _repository(folder: Path, way: str) -> Path:
    """The way's repository: a new one for the first merge, a copy of that for the others."""
    repository = folder / way.replace(" ", "-") / "repository"
    if not repository.exists() and way == "first":
        start(repository)
    elif not repository.exists():
        shutil.copytree(folder / "first" / "repository", repository, symlinks=True)
    return repository


def measured(run: Path, names: list[str]) -> dict[str, Any]:
    """Verdict, what became of the earlier leaves, and how many questions of each leaf the candidate answers."""
    verdict, scores = read_json(run / "verdict.json"), read_json(run / "scores.json")
    old = next((check for check in verdict["checks"] if check["name"] == "old"), None)
    first = f"{leaf_path(names[0])}"
    values = {
        model: fmean(row["nll"] for row in scores["rows"] if row["model"] == model and row["leaf"] == first)
        for model in ("released", "candidate")
    }
    return {
        "verdict": verdict["verdict"], "before": values["released"], "after": values["candidate"], "old": old,
        "shift": shift(run), "answered": recalls(run / "checkpoint", names),
    }  # fmt: skip


def _table(cells: Cells, names: list[str]) -> str:
    return table(HEAD, [_row(way, names[n], cells[key]) for way, n, key in _wanted(names) if key in cells])


def _row(way: str, name: str, cell: dict[str, Any]) -> list[object]:
    old = cell["old"] or {}
    told = old.get("result") not in (None, "NOT-APPLICABLE")
    effect = f"{old['effect']:+.2f}" if told else "-"
    interval = " to ".join(f"{end:+.2f}" for end in old["ci"]) if told and old["ci"] else "-"
    margin = f"{old['margin']:.2f}" if told else "-"
    nll = f"{cell['before']:.2f} → {cell['after']:.2f}"
    answered = ", ".join(text.split()[0] for text in cell["answered"])
    return [
        way, name, cell["verdict"], cell["minutes"], nll, effect, interval, margin, old.get("result", "-"),
        cell["shift"], answered,
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
