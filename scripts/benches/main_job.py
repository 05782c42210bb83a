"""From `labci init` to release on leaves of invented facts: recall of 30 questions in other words, time, verdict.

    scripts/bench main [LEAF …]      leaves of tests/leaves, merged one after the other into one repository

The questions and the accepted answers are in tests/leaves/*/questions.yaml; labci never reads that file.
LABCI_BENCH names a folder to keep (and to continue in); without it the repository is a temporary one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.benches import table

ROOT = Path(__file__).resolve().parents[2]
LEAVES = ROOT / "tests" / "leaves"
DEFAULT = ("test_archive", "test_tram")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in other words; any of `accept` in the lower-cased answer counts."""

    question: str
    accept: tuple[str, ...]


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


def start(repository: Path) -> None:
    """A fresh taxonomy repository, as a maintainer would make it."""
    repository.mkdir(parents=True)
    labci(repository, "init")
    git(repository, "config", "user.name", "Bench")
    git(repository, "config", "user.email", "bench@example.org")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Start")


def merge(repository: Path, name: str) -> None:
    """Commit a leaf of tests/leaves to main, unless it is there already."""
    folder = repository / "taxonomy" / "knowledge" / "bench" / name
    if folder.exists():
        return
    folder.mkdir(parents=True)
    (repository / "documents").mkdir(exist_ok=True)
    shutil.copy(LEAVES / name / "document.md", repository / "documents" / f"{name}.md")
    for file in ("qna.yaml", "attribution.txt", "heldout.yaml"):
        if (LEAVES / name / file).exists():
            shutil.copy(LEAVES / name / file, folder / file)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", f"Add {name}")


def git(repository: Path, *arguments: str) -> None:
    """Run git quietly."""
    subprocess.run(["git", *arguments], cwd=repository, check=True, stdout=subprocess.DEVNULL)


def labci(repository: Path, *arguments: str) -> int:
    """Run a labci command with its output shown; its exit code."""
    command = [sys.executable, "-m", "labci", *arguments]
    return subprocess.run(command, cwd=repository, check=False).returncode


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


def newest_run(repository: Path) -> Path:
    """The run folder that was written last."""
    return max((repository / ".labci" / "runs").iterdir(), key=lambda path: path.stat().st_mtime)


def verdict(run: Path) -> str:
    """What the gate said of the run."""
    path = run / "verdict.json"
    return str(json.loads(path.read_text("utf-8"))["verdict"]) if path.exists() else "-"


def kept(run: Path) -> int:
    """Samples of the run."""
    return sum(1 for _ in (run / "samples.jsonl").open()) if (run / "samples.jsonl").exists() else 0


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


def questions(name: str) -> list[Question]:
    """The 30 questions of a leaf."""
    data: list[dict[str, Any]] = yaml.safe_load((LEAVES / name / "questions.yaml").read_text("utf-8"))
    return [Question(question=row["question"], accept=tuple(map(str, row["accept"]))) for row in data]


def recalls(folder: Path, names: Sequence[str]) -> list[str]:
    """How many questions of each leaf a model answers greedily within 32 tokens, as "n of m"."""
    from labci.lm.answer import greedy
    from labci.lm.load import open_model

    lm = open_model(folder)
    found = []
    for name in names:
        items = questions(name)
        texts = greedy(lm, [[{"role": "user", "content": item.question}] for item in items], max_new_tokens=32)
        hits = [any(a in text.lower() for a in item.accept) for item, text in zip(items, texts, strict=True)]
        if os.environ.get("LABCI_BENCH_ANSWERS"):
            for item, text, hit in zip(items, texts, hits, strict=True):
                print(
                    f"  {'+' if hit else '-'} {item.question}\n      {text!r}  accepts {item.accept}",
                    file=sys.stderr,
                )
        found.append(f"{sum(hits)} of {len(items)}")
    return found
