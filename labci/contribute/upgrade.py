"""`labci ci upgrade`: what `labci init` wrote below `.github/`, brought up to what this version writes.

`.github/labci.json` holds the text that was written, from which a file that was edited since is merged in three ways,
as git merges: text that was edited before it was committed is in no history.
"""

from __future__ import annotations

import difflib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labci.artifact import write_bytes
from labci.contribute.repository import RECORD, base_of, written
from labci.git import Repository

How = Literal["added", "replaced", "merged", "kept", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """A file, what became of it, and what labci would change in it where that is left to its owner."""

    path: str
    how: How
    diff: str = ""


def upgrade(folder: Path) -> list[Upgraded]:
    """Bring the files up to date, in the work tree; nothing is committed. Returns those that are not the same already.

    A file that nobody edited is replaced, one that was edited is merged; where both changed the same lines it stays
    (`conflict`), and so it does where it was not written by labci. A file that was taken away stays away (`kept`).
    """
    repository = Repository.open(folder)
    try:
        return list(_upgraded(repository))
    finally:
        repository.close()


def _upgraded(repository: Repository) -> Iterator[Upgraded]:
    files = written(base_of(repository.root))
    before = _recorded(repository.root / RECORD)
    after = json.loads(files.pop(RECORD))
    for name, data in files.items():
        found = _one(repository, name, data, before.get(name))
        if found is None:
            continue
        if found.how in ("conflict", "kept") and name in before:
            after["files"][name] = before[name]  # the next upgrade tries again from there
        yield found
    write_bytes(repository.root / RECORD, (json.dumps(after, indent=1) + "\n").encode())


def _recorded(path: Path) -> dict[str, list[str]]:
    """Lines by path; none where there is no record, as `labci init` wrote none once."""
    try:
        files = json.loads(path.read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return files if isinstance(files, dict) and all(isinstance(lines, list) for lines in files.values()) else {}


def _one(repository: Repository, name: str, data: bytes, before: list[str] | None) -> Upgraded | None:
    path = repository.root / name
    if not path.exists() and not path.is_symlink():
        if before is not None:
            return Upgraded(path=name, how="kept")
        write_bytes(path, data)
        return Upgraded(path=name, how="added")
    if path.is_symlink() or not path.is_file():
        return Upgraded(path=name, how="kept")
    own = path.read_bytes()
    if own == data:
        return None
    base = None if before is None else "".join(f"{line}\n" for line in before).encode()
    if own == base:
        write_bytes(path, data)
        return Upgraded(path=name, how="replaced")
    if base == data:
        return None  # edited, and labci has nothing new
    merged = _merged(repository, own, base, data) if base is not None else None
    if merged is None:
        return Upgraded(path=name, how="conflict", diff=_diff(name, own if base is None else base, data))
    write_bytes(path, merged)
    return Upgraded(path=name, how="merged")


def _merged(repository: Repository, own: bytes, base: bytes, new: bytes) -> bytes | None:
    """Both changes to `base`; None where they touch the same lines."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / name for name in ("own", "base", "new")]
        for path, data in zip(paths, (own, base, new), strict=True):
            path.write_bytes(data)
        code, _, _ = repository.git.try_run("merge-file", "--quiet", *map(str, paths))
        return paths[0].read_bytes() if code == 0 else None


def _diff(name: str, old: bytes, new: bytes) -> str:
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    return "\n".join(difflib.unified_diff(before, after, name, f"{name}, as labci writes it", lineterm=""))
