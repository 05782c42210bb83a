"""Files of a commit and of the work tree, as `labci.taxonomy.Source`."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from labci.git import raw
from labci.git.command import Command
from labci.taxonomy import Entry, FolderSource

ID_BYTES = {"sha1": 20, "sha256": 32}


class Tree:
    """The files of one commit (or tree), read from git objects; links and submodules do not exist here."""

    def __init__(self, git: Command, sha: str) -> None:
        self._git = git
        self.sha = sha
        self._folder = lru_cache(maxsize=4096)(self._read_folder)

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Files below `prefix`, sorted by path, streamed; `blob` is git's blob id."""
        below = (f"{prefix.strip('/')}/",) if prefix.strip("/") else ()
        records = self._git.records("ls-tree", "-r", "-z", "--full-tree", "--", self.sha, *below)
        for path, node in raw.listing(records):
            yield Entry(path=path, blob=node.id)

    def blob(self, path: str) -> str | None:
        """Blob id of a regular file, or None."""
        *folders, name = path.encode("utf-8", "surrogateescape").split(b"/")
        nodes = self._folder(f"{self.sha}^{{tree}}")
        for folder in folders:
            node = nodes.get(folder)
            if node is None or node.mode != "40000":
                return None
            nodes = self._folder(node.id)
        found = nodes.get(name)
        return found.id if found and raw.is_file(found.mode) else None

    def read(self, path: str) -> bytes | None:
        """Content of a regular file, or None."""
        blob = self.blob(path)
        return None if blob is None else self._git.object(blob)[1]

    def size(self, path: str) -> int | None:
        """Bytes of a regular file, or None; nothing is read."""
        blob = self.blob(path)
        return None if blob is None else self._git.size(blob)

    def _read_folder(self, name: str) -> dict[bytes, raw.Node]:
        return raw.tree(self._git.object(name)[1], ID_BYTES[self._git.hash])


class Worktree(FolderSource):
    """Files on disk that are tracked, or untracked and not ignored; links are left out."""

    def __init__(self, git: Command, root: Path) -> None:
        super().__init__(root.resolve())
        self._git = git

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Files below `prefix`, sorted by path; `blob` is the id that git would give the content on disk."""
        listed = self._git.records(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", prefix.strip("/") or "."
        )
        for path in sorted({raw.text(record) for record in listed}, key=str.encode):
            file = self._file(path)
            if file is not None:
                yield Entry(path=path, blob=_blob_id(file, self._git.hash))

    def _file(self, path: str) -> Path | None:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or ".git" in parts:
            return None
        file = self.root.joinpath(*parts)
        try:
            regular = stat.S_ISREG(file.lstat().st_mode)
        except OSError:
            return None
        return file if regular and file.parent.resolve() == file.parent else None


def _blob_id(file: Path, name: str) -> str:
    """Hash of that name over `blob SIZE NUL CONTENT` (gitformat-object)."""
    state = hashlib.new(name, b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
    with file.open("rb") as content:
        while piece := content.read(1 << 20):
            state.update(piece)
    return state.hexdigest()
