"""What diff, plan and a dry run of generate cost on a large taxonomy of which nothing is taught yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.benches import table
from scripts.benches.filling import ROOT, fill

LEAVES = int(os.environ.get("LABCI_BENCH_LEAVES", "10000"))
SMALL = 50  # the size that the cost of a leaf is compared with
COMMANDS = (("diff",), ("plan",), ("generate", "--dry-run"))
CHILD = """
import sys, time
from labci.cli import main
sys.argv = ["labci", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    code = end.code
status = open("/proc/self/status").read()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(int(peak) // 1024, time.process_time(), file=sys.stderr)
sys.exit(code)
"""


def main() -> int:
    """Seconds, those of the processor, and peak memory of each command, on few leaves and on many."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for size in (SMALL, LEAVES) for row in _rows(Path(folder) / str(size), size)]
    print(table(("", "leaves", "seconds", "of the processor", "peak MB"), rows))
    return 0


def _rows(root: Path, size: int) -> Iterator[tuple[object, ...]]:
    root.mkdir()
    fill(root, size)
    (root / ".gitignore").write_text(".labci/\n")
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Start"], ["gc", "-q"]):
        git = ["git", "-c", "gc.auto=0", "-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
        subprocess.run([*git, *arguments], cwd=root, check=True)
    for command in COMMANDS:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, "-C", str(root), "-q", *command],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        peak, busy = done.stderr.splitlines()[-1].split()
        yield f"labci {' '.join(command)}", size, f"{seconds:.1f}", f"{float(busy):.1f}", int(peak)
    shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())
