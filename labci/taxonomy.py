"""The tree of leaves, read from a folder or from git objects through one small `Source`.

Nothing here holds the whole taxonomy in memory: leaves are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labci.errors import UsageError
from labci.leaf import BRANCHES, HELDOUT_FILE, LEAF_FILE, Leaf, read_leaf

HIDDEN = {".git", ".labci"}  # folders that are no part of a repository's files


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of a source: its path below the source's root and a digest of its content (git blob id)."""

    path: str
    blob: str


class Source(Protocol):
    """Read-only files: a git tree (`labci.git.Tree`), or a folder on disk."""

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Files below `prefix`, sorted by path; links and submodules are left out."""
        ...

    def read(self, path: str) -> bytes | None:
        """Content of a file, or None if there is none."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes of a file, or None if there is none."""
        ...


class FolderSource:
    """Files below a folder on disk, without git. Links are not followed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Files below `prefix`; `blob` is the size and time of change, for lack of a git id."""
        if HIDDEN & set(prefix.split("/")):
            return
        base = self.root / prefix if prefix else self.root
        for folder, folders, files in base.walk() if hasattr(base, "walk") else _walk(base):
            folders.sort()
            folders[:] = [name for name in folders if name not in HIDDEN]
            for name in sorted(files):
                file = folder / name
                if not file.is_symlink():
                    stat = file.stat()
                    path = file.relative_to(self.root).as_posix()
                    yield Entry(path=path, blob=f"{stat.st_size}-{stat.st_mtime_ns}")

    def read(self, path: str) -> bytes | None:
        """Content of a file below the root; None if it is missing, outside, or behind a link."""
        file = self._file(path)
        return None if file is None else file.read_bytes()

    def size(self, path: str) -> int | None:
        """Bytes of such a file."""
        file = self._file(path)
        return None if file is None else file.stat().st_size

    def _file(self, path: str) -> Path | None:
        root = self.root.resolve()
        file = root / path
        if HIDDEN & set(path.split("/")):
            return None
        try:
            return file if file.resolve() == file and file.is_relative_to(root) and file.is_file() else None
        except (OSError, RuntimeError):  # a name that is too long; a link to itself
            return None


def _walk(base: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    import os  # Path.walk came with Python 3.12

    for folder, folders, files in os.walk(base):
        yield Path(folder), folders, files


class Taxonomy:
    """The leaves below `root` of a source."""

    def __init__(self, source: Source, root: str) -> None:
        self.source = source
        self.root = root.strip("/")

    def paths(self) -> Iterator[str]:
        """Folders of all leaves, relative to the root, sorted."""
        for branch in sorted(BRANCHES):
            for entry in self.source.entries(f"{self.root}/{branch}"):
                folder, _, name = entry.path.rpartition("/")
                if name == LEAF_FILE:
                    yield folder[len(self.root) + 1 :]

    def leaves(self) -> Iterator[Leaf]:
        """All leaves, one at a time."""
        for path in self.paths():
            yield self.leaf(path)

    def leaf(self, path: str) -> Leaf:
        """One leaf by its folder below the root; raises UsageError if there is none."""
        folder = f"{self.root}/{path}"
        data = self.source.read(f"{folder}/{LEAF_FILE}")
        if data is None:
            raise UsageError(f"no leaf at {folder}", hint="labci diff lists the leaves that changed")
        return read_leaf(path, data, self.source.read(f"{folder}/{HELDOUT_FILE}"))
