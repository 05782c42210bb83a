"""How long lint takes, beside parsing alone and the linter of InstructLab, on leaves that all say something else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import psutil
import yaml

from scripts.benches import table
from scripts.benches.filling import ROOT, fill

LEAVES = int(os.environ.get("LABCI_BENCH_LEAVES", "10000"))
PEER = 100  # leaves that the peer is given: it starts a process for each
STARTS = 7


def main() -> int:
    """Two tables: many leaves, and one file from a cold start."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = fill(root, LEAVES)
        print(table(("", "leaves", "seconds", "ms a leaf", "peak MB"), list(_many(root, files))))
        print()
        print(table(("one file, cold", "ms"), list(_one(root, files[0]))))
    return 0


def _many(root: Path, files: list[Path]) -> Iterator[tuple[object, ...]]:
    everything: dict[str, tuple[int, Callable[[], tuple[float, float]]]] = {
        "labci lint, all rules, all cores": (len(files), lambda: _command(root)),
        "labci lint, all rules, one core": (len(files), lambda: _command(root, cores=1)),
        "yaml.safe_load (C loader), one core": (len(files), lambda: _timed(lambda: _parse(files))),
        "instructlab-schema 0.4.2": (PEER, lambda: _timed(lambda: _peer(root, files[:PEER]))),
    }
    for name, (count, run) in everything.items():
        seconds, memory = run()
        yield name, count, f"{seconds:.1f}", f"{seconds / count * 1000:.2f}", f"{memory:.0f}" if memory else "-"


def _one(root: Path, file: Path) -> Iterator[tuple[object, ...]]:
    commands = {
        "labci lint FILE": [sys.executable, "-m", "labci", "-C", str(root), "lint", str(file)],
        "labci --help": [sys.executable, "-m", "labci", "--help"],
        "python -c 'import yaml, jsonschema'": [sys.executable, "-c", "import yaml, jsonschema"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(STARTS):  # turn about, so that a slow moment hits all of them
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
            best[name] = min(best[name], time.perf_counter() - began)
    yield from ((name, f"{seconds * 1000:.0f}") for name, seconds in best.items())


def _command(root: Path, cores: int | None = None) -> tuple[float, float]:
    """Seconds, and megabytes of all processes together (proportional set size) at the most."""
    command = [sys.executable, "-m", "labci", "-C", str(root), "lint", "--format", "json"]
    allowed = set(sorted(os.sched_getaffinity(0))[:cores])
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        os.sched_setaffinity(process.pid, allowed)
        peak = _Peak(process.pid)
        process.wait()
    if process.returncode not in (0, 1):
        raise SystemExit(f"labci lint ended with {process.returncode}")
    return time.perf_counter() - began, peak.end()


class _Peak:
    """The largest memory of a process and its children, looked at five times a second."""

    def __init__(self, pid: int) -> None:
        self.process, self.most, self.over = psutil.Process(pid), 0.0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(0.2):
            try:
                every = [self.process, *self.process.children()]
                self.most = max(self.most, sum(item.memory_full_info().pss for item in every) / 1e6)
            except psutil.Error:
                continue

    def end(self) -> float:
        self.over.set()
        self.thread.join()
        return self.most


def _timed(run: Callable[[], None]) -> tuple[float, float]:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began, 0.0


def _parse(files: list[Path]) -> None:
    for file in files:
        yaml.load(file.read_bytes(), yaml.CSafeLoader)


def _peer(root: Path, files: list[Path]) -> None:
    from instructlab.schema.taxonomy import TaxonomyMessageFormat, TaxonomyParser

    parser = TaxonomyParser(schema_version=0, message_format=TaxonomyMessageFormat.STANDARD, yamllint_strict=False)
    with redirect_stdout(StringIO()):
        for file in files:
            parser.parse(file)


if __name__ == "__main__":
    sys.exit(main())
