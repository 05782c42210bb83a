"""Where samples come from, as far as it can be had without the network: documents and seeds of this repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labci import digest, documents
from labci.errors import LabciError
from labci.git import WORKTREE, Repository
from labci.leaf import Seed
from labci.taxonomy import Taxonomy

MAX_BYTES = 1 << 30  # generation has read the document: it was not too large


class Origin:
    """The files at the commit that a run read, and at those that its documents name; one document is held at a time.

    repositories: the first that has the commit counts; without one everything is None. root: of the leaves.
    """

    def __init__(self, repositories: Iterable[Repository], head: str, root: str) -> None:
        self._repository = _holding(repositories, head)
        self._head, self._root = head, root
        self._documents: dict[tuple[str, str], str | None] = {}
        self._seeds: dict[str, Mapping[str, Seed]] = {}

    def document(self, commit: str, path: str, sha256: str | None) -> str | None:
        """A document's text; None if it can't be read, or is no longer what generation read."""
        key = commit, path
        if key not in self._documents:
            self._documents.clear()
            self._documents[key] = self._read(commit, path, sha256)
        return self._documents[key]

    def seed(self, leaf: str, key: str) -> Seed | None:
        """A leaf's seed by its digest."""
        if leaf not in self._seeds:
            self._seeds.clear()
            self._seeds[leaf] = self._read_seeds(leaf)
        return self._seeds[leaf].get(key)

    def _read(self, commit: str, path: str, sha256: str | None) -> str | None:
        if self._repository is None:
            return None
        try:
            data = self._repository.source(commit).read(path)
            if data is None or (sha256 and digest.of_bytes(data) != sha256):
                return None
            return documents.to_text(data, path, path, MAX_BYTES)
        except LabciError:  # such as a commit that a shallow clone lacks
            return None

    def _read_seeds(self, leaf: str) -> Mapping[str, Seed]:
        if self._repository is None:
            return {}
        try:
            found = Taxonomy(self._repository.source(self._head), self._root).leaf(leaf)
        except LabciError:  # such as a leaf of a work tree that has changed since
            return {}
        return {seed.digest: seed for seed in found.seeds}


def _holding(repositories: Iterable[Repository], head: str) -> Repository | None:
    for repository in repositories:
        try:
            if head == WORKTREE or repository.resolve(head):
                return repository
        except LabciError:
            continue
    return None


def sha256s(known: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Of the `documents` of a leaf of generation.json: digests by commit and path."""
    return {(str(item.get("commit")), str(item.get("path"))): str(item.get("sha256") or "") for item in known}
