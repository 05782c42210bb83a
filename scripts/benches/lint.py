"""How long lint takes a file, beside PyYAML's parsing alone, on copies of this repository's leaves."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from labci import config
from labci.lint import lint
from scripts.benches import table

ROOT = Path(__file__).parents[2]
COPIES = 100  # of the taxonomy: enough that start-up costs don't show
ROUNDS = 3


def main() -> int:
    """Milliseconds a file, the best of some rounds; every leaf is read from disk each time."""
    settings = config.load(ROOT / config.FILE)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _fill(root, settings.taxonomy)
        files = [file for name in ("*.yaml", "*.txt") for file in sorted(root.rglob(name))]
        leaves = [file for file in files if file.suffix == ".yaml"]
        runs: dict[str, tuple[int, Callable[[], object]]] = {
            "labci lint, all rules": (
                len(files),
                lambda: sum(1 for _ in lint(None, root=root, config=settings)),
            ),
            "yaml.safe_load (C loader)": (len(leaves), lambda: _parse(leaves, yaml.CSafeLoader)),
            "yaml.safe_load (as imported)": (len(leaves), lambda: _parse(leaves, yaml.SafeLoader)),
        }
        rows = [(name, count, _best(run) / count * 1000) for name, (count, run) in runs.items()]
    print(table(("", "files", "ms a file"), [(name, count, f"{time:.3f}") for name, count, time in rows]))
    return 0


def _fill(root: Path, taxonomy: str) -> None:
    for leaf in (ROOT / taxonomy).rglob("qna.yaml"):
        for number in range(COPIES):
            below = leaf.parent.relative_to(ROOT)
            shutil.copytree(leaf.parent, root / below.with_name(f"{below.name}_{number}"))


def _parse(files: list[Path], loader: type[yaml.CSafeLoader] | type[yaml.SafeLoader]) -> None:
    for file in files:
        yaml.load(file.read_bytes(), loader)  # noqa: S506 - both loaders are the safe one


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)
