"""Which run is meant: a folder, an ID, its unique beginning, or the newest."""

from __future__ import annotations

from pathlib import Path

from labci.artifact import RunFolder
from labci.errors import UsageError

MOST = 5  # runs that a message names


def find(root: Path, name: str | None) -> RunFolder:
    """The run folder that a name means; None is the newest with samples, else the newest.

    root: of the repository. UsageError if there is none, or more than one begins like this.
    """
    if name and (Path(name) / "run.json").is_file():
        return RunFolder(path=Path(name))
    runs = newest_first(root)
    if not runs:
        what = f"there is no run {name}" if name else "there is no run yet"
        raise UsageError(f"{what}: {root / '.labci' / 'runs'} is empty", hint="labci generate makes one")
    if name is None:
        return next((run for run in runs if (run / "generation.json").exists()), runs[0])
    found = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
    if len(found) != 1:
        what = f"{len(found)} runs begin with {name}" if found else f"there is no run {name}"
        shown = (found or runs)[:MOST]
        raise UsageError(what, hint="\n".join(["the newest first:", *(run.id for run in shown)]))
    return found[0]


def newest_first(root: Path) -> list[RunFolder]:
    """The runs of a repository, by when something was last done on them."""
    folders = [file.parent for file in (root / ".labci" / "runs").glob("*/run.json")]
    return [RunFolder(path=path) for path in sorted(folders, key=lambda path: (-_touched(path), path.name))]


def _touched(folder: Path) -> int:
    """Nanoseconds: the newest of what stages write; a report that is made later doesn't count."""
    files = [folder / "run.json", folder / "generation.json", *(folder / "manifest").glob("*.json")]
    return max((file.stat().st_mtime_ns for file in files if file.exists()), default=0)
