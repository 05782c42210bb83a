"""How large a contributor's installation is: a fresh virtual environment with labci and no extra."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.benches import table

ROOT = Path(__file__).parents[2]
LIMIT = 100_000_000  # bytes; what the project promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A measured environment. packages: bytes of each folder of site-packages, largest first."""

    python: Path
    size: int
    seconds: float
    packages: dict[str, int]
    distributions: tuple[str, ...]


def install(folder: Path) -> Installation:
    """Make a virtual environment in `folder`, install this repository without extras, and measure it."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "--quiet", "install", "--constraint", ROOT / "constraints.txt", ROOT], check=True)
    seconds = time.monotonic() - began
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True)
    site = next(folder.glob("lib/python*/site-packages"))
    packages = {entry.name: size_of(entry) for entry in site.iterdir()}
    return Installation(
        python=python,
        size=size_of(folder),
        seconds=seconds,
        packages=dict(sorted(packages.items(), key=lambda item: -item[1])),
        distributions=tuple(item["name"].lower() for item in json.loads(listed.stdout)),
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links count nothing."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def main() -> int:
    """Print the largest packages and the total; exit 1 over the limit or with torch."""
    with tempfile.TemporaryDirectory() as folder:
        found = install(Path(folder) / "venv")
    rows = [(name, round(size / 1e6, 1)) for name, size in list(found.packages.items())[:10]]
    print(table(("package", "MB"), [*rows, ("all of the environment", round(found.size / 1e6, 1))]))
    print(f"\n{len(found.distributions)} distributions in {found.seconds:.0f} s; limit {LIMIT / 1e6:.0f} MB")
    return int(found.size >= LIMIT or "torch" in found.distributions)
