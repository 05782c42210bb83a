"""What `labci diff` costs as the taxonomy grows, with one leaf changed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.benches import table

SIZES = (200, 2_000, 20_000)
ROUNDS = 7
FOLDERS = 100  # leaves of one subject
SEEDS = "".join(f"  - question: What is meant by {{0}} {n}?\n    answer: It is {{0}} {n}.\n" for n in range(5))
LEAF = f"version: 3\ncreated_by: bench\ntask_description: Explain\nseed_examples:\n{SEEDS}"


def main() -> int:
    """Seconds of the whole command, the best of some rounds, the sizes turn about."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {size: _repository(Path(folder) / str(size), size) for size in SIZES}
        best = dict.fromkeys(SIZES, float("inf"))
        for _ in range(ROUNDS):
            for size, root in roots.items():
                best[size] = min(best[size], _seconds(root))
    least = best[SIZES[0]]
    rows = [(f"{size:,}", f"{seconds:.2f}", f"{seconds / least:.2f}") for size, seconds in best.items()]
    print(table(("leaves", "seconds", f"times that of {SIZES[0]}"), rows))
    return 0


def _repository(root: Path, size: int) -> Path:
    """A committed taxonomy, and a branch that changes one answer of one leaf."""
    root.mkdir()
    _git(root, "init", "-q", "-b", "main")
    (root / "labci.yaml").write_text("taxonomy: taxonomy\n")
    (root / ".gitignore").write_text(".labci/\n")
    for path, number in _leaves(root, size):
        path.parent.mkdir(parents=True)
        path.write_text(LEAF.format(f"term {number}"))
    _commit(root, "Start")
    _git(root, "switch", "-q", "-c", "topic")
    path, _ = next(_leaves(root, size))
    path.write_text(path.read_text().replace("It is term 0 3.", "It is another."))
    _commit(root, "Change one answer")
    _git(root, "gc", "-q")
    return root


def _leaves(root: Path, size: int) -> Iterator[tuple[Path, int]]:
    for number in range(size):
        place = f"taxonomy/compositional_skills/subject_{number // FOLDERS}/leaf_{number}"
        yield root / place / "qna.yaml", number


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=Bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", message)


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "gc.auto=0", *arguments], cwd=root, check=True)  # no other gc in the background


def _seconds(root: Path) -> float:
    command = [sys.executable, "-m", "labci", "-C", str(root), "diff"]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    assert "1 leaf, 1 new seed" in done.stdout, done.stdout
    return seconds


if __name__ == "__main__":
    sys.exit(main())
