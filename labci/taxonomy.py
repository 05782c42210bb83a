"""The tree of leaves, read from a folder or from git objects through one small `Source`.

Nothing here holds the whole taxonomy in memory: leaves are read one by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from stat import S_ISLNK
from typing import Protocol

from labci.errors import UsageError
from labci.leaf import BRANCHES, HELDOUT_FILE, LEAF_FILE, Leaf, LeafError, read_leaf

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

    def blob(self, path: str) -> str | None:
        """The digest that `entries` gives a file, without reading it; None if there is none."""
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
        top = os.path.join(self.root, prefix)  # noqa: PTH118 - plain strings, as there may be many thousand files
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(name for name in folders if name not in HIDDEN)
            below = os.path.relpath(folder, self.root)
            for name in sorted(files):
                stat = os.lstat(f"{folder}/{name}")
                if not S_ISLNK(stat.st_mode):
                    path = name if below == os.curdir else f"{below}/{name}"
                    yield Entry(path=path, blob=_state(stat))

    def read(self, path: str) -> bytes | None:
        """Content of a file below the root; None if it is missing, outside, or behind a link."""
        file = self._file(path)
        return None if file is None else file.read_bytes()

    def blob(self, path: str) -> str | None:
        """Size and time of change of such a file."""
        file = self._file(path)
        return None if file is None else _state(file.stat())

    def size(self, path: str) -> int | None:
        """Bytes of such a file."""
        file = self._file(path)
        return None if file is None else file.stat().st_size

    def _file(self, path: str) -> Path | None:
        if HIDDEN & set(path.split("/")):
            return None
        file = f"{self._real_root}/{path}"
        try:
            plain = os.path.realpath(file) == os.path.normpath(file) == file  # through no link and no ".."
            return Path(file) if plain and os.path.isfile(file) else None  # noqa: PTH113
        except OSError:  # a name that is too long
            return None

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)


def _state(stat: os.stat_result) -> str:
    return f"{stat.st_size}-{stat.st_mtime_ns}"


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

    def has(self, path: str) -> bool:
        """Whether there is a leaf in this folder below the root."""
        return bool(path) and self.source.size(f"{self.root}/{path}/{LEAF_FILE}") is not None

    def leaf(self, path: str) -> Leaf:
        """One leaf by its folder below the root; raises UsageError if there is none."""
        folder = f"{self.root}/{path}"
        data = self.source.read(f"{folder}/{LEAF_FILE}")
        if data is None:
            raise UsageError(f"no leaf at {folder}", hint="labci diff lists the leaves that changed")
        try:
            return read_leaf(path, data, self.source.read(f"{folder}/{HELDOUT_FILE}"))
        except LeafError as error:
            error.message = f"{self.root}/{error.message}"  # a path that an editor opens
            raise


def named(names: Sequence[str], known: Sequence[Taxonomy], disk: Taxonomy | None) -> str:
    """The first of some names (folders below the root, or qna.yaml in them) that is a leaf of `known`.

    UsageError with names like it; for one that is only on disk, with how it is included.
    """
    folders = [name.removesuffix(f"/{LEAF_FILE}") for name in names]
    for folder in folders:
        if any(taxonomy.has(folder) for taxonomy in known):
            return folder
    if disk is not None and any(map(disk.has, folders)):
        hint = "it is on disk, but not committed: --worktree includes it"
    else:
        hint = _near(folders[0], sorted({path for taxonomy in known for path in taxonomy.paths()}))
    raise UsageError(f"there is no leaf {names[-1]!r}", hint=hint)


def _near(name: str, paths: list[str]) -> str:
    import difflib

    ends = {path.rpartition("/")[2]: path for path in reversed(paths)}
    close = difflib.get_close_matches(name, paths, n=3, cutoff=0.6)
    close += [ends[end] for end in difflib.get_close_matches(name.rpartition("/")[2], ends, n=3)]
    if close:
        return f"did you mean {' or '.join(list(dict.fromkeys(close))[:3])}?"
    shown = ", ".join(paths[:3]) + (", …" if len(paths) > 3 else "")
    return f"leaves here are {shown}" if paths else "labci new writes one"
