"""From `labci init` to release on leaves of invented facts: recall of 30 questions in other words, time, verdict.

    scripts/bench main [LEAF …]      leaves of tests/leaves, merged one after the other into one repository

The questions and the accepted answers are in tests/leaves/*/questions.yaml; labci never reads that file.
LABCI_BENCH names a folder to keep (and to continue in); without it the repository is a temporary one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from labci.artifact import read_jsonl
from scripts.benches import table
from scripts.benches.recall import recalls
from scripts.benches.repository import labci, merge, newest_run, start

DEFAULT = ("test_archive", "test_tram")


def main() -> int:
    """Print the table; exit 1 if a run ended otherwise than with PASS."""
    names = sys.argv[2:] or list(DEFAULT)
    repository = Path(os.environ.get("LABCI_BENCH") or tempfile.mkdtemp(prefix="labci-bench-")) / "repository"
    if not repository.exists():
        start(repository)
    rows, codes = [], []
    for number, name in enumerate(names):
        merge(repository, name)
        began = time.monotonic()
        code = labci(repository, "run", "main~1..main")
        codes.append(code)
        rows += measure(repository, names[: number + 1], name, time.monotonic() - began)
        print(table(HEAD, rows), flush=True)
    return max(codes)


HEAD = ("after", "verdict", "minutes", "kept", "general NLL shift", "questions of", "base", "candidate", "released")


def measure(repository: Path, taught: Sequence[str], name: str, seconds: float) -> list[list[object]]:
    """One row for each leaf merged so far: recall of base, this run's candidate, and release."""
    from labci.models import student_folder

    run = newest_run(repository)
    facts = [name, verdict(run), round(seconds / 60, 1), kept(run), shift(run)]
    latest = repository / "models" / "latest"
    released = repository / "models" / latest.read_text("utf-8").strip() if latest.exists() else None
    rows: list[list[object]] = []
    base = recalls(student_folder("smollm2-135m"), taught)
    candidate = recalls(run / "checkpoint", taught) if (run / "checkpoint").exists() else ["-"] * len(taught)
    now = recalls(released, taught) if released else base
    for leaf, *found in zip(taught, base, candidate, now, strict=True):
        rows.append([*facts, leaf, *found])
    return rows


def verdict(run: Path) -> str:
    """What the gate said of the run."""
    path = run / "verdict.json"
    return str(json.loads(path.read_text("utf-8"))["verdict"]) if path.exists() else "-"


def kept(run: Path) -> int:
    """Samples of the run."""
    return sum(1 for _ in read_jsonl(run / "samples.jsonl")) if (run / "samples.jsonl").exists() else 0


def shift(run: Path) -> str:
    """Mean change of the general NLL, candidate minus released; positive is worse."""
    if not (run / "scores.json").exists():
        return "-"
    sums: dict[str, list[float]] = {"released": [], "candidate": []}
    for row in json.loads((run / "scores.json").read_text("utf-8"))["rows"]:
        if row["suite"] == "general" and row["model"] in sums:
            sums[row["model"]].append(row["nll"])
    means = {role: sum(values) / max(1, len(values)) for role, values in sums.items()}
    return f"{means['candidate'] - means['released']:+.3f}"
