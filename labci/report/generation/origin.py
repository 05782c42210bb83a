"""Where samples come from, as far as it can be had without the network: the repository's
seeds and documents, and what the store has kept of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from labci import digest, documents
from labci.documents import Document
from labci.errors import LabciError
from labci.git import WORKTREE, Repository
from labci.leaf import HERE, DocumentRef, Leaf, Seed
from labci.taxonomy import Taxonomy

MAX_BYTES = 1 << 30  # generation has read the document: it was not too large
Kept = Callable[[DocumentRef], Iterable[Document]]  # documents of other repositories that the store has


class Origin:
    """The files at the commit that a run read, and at those that its documents name; one document is held at a time.

    repositories: the first that has the commit counts; without one everything is None. root: of the leaves.
    kept: what is had of other repositories.
    """

    def __init__(self, repositories: Iterable[Repository], head: str, root: str, kept: Kept | None = None) -> None:
        self._repository = _holding(repositories, head)
        self._head, self._root, self._kept = head, root, kept
        self._documents: dict[tuple[str, str, str], str | None] = {}
        self._seeds: dict[str, Mapping[str, Seed]] = {}

    def document(self, leaf: str, place: Mapping[str, Any], sha256: str | None) -> str | None:
        """A document's text; None if it can't be read, or is no longer what generation read.

        leaf: whose sample it is of. place: its repository, commit and path.
        """
        repo, commit, path = key = str(place.get("repo")), str(place.get("commit")), str(place.get("path"))
        if key not in self._documents:
            self._documents.clear()
            here = repo == HERE
            self._documents[key] = self._read(commit, path, sha256) if here else self._read_kept(leaf, key, sha256)
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

    def _read_kept(self, leaf: str, key: tuple[str, str, str], sha256: str | None) -> str | None:
        found = self._read_leaf(leaf) if self._kept else None
        if found is None or found.document is None or self._kept is None:
            return None
        try:
            kept = ((item, (item.repo, item.commit, item.path)) for item in self._kept(found.document))
            return next((item.text for item, where in kept if where == key and sha256 in (None, item.sha256)), None)
        except LabciError:  # a store that can't be read
            return None

    def _read_seeds(self, leaf: str) -> Mapping[str, Seed]:
        found = self._read_leaf(leaf)
        return {seed.digest: seed for seed in found.seeds} if found else {}

    def _read_leaf(self, leaf: str) -> Leaf | None:
        if self._repository is None:
            return None
        try:
            return Taxonomy(self._repository.source(self._head), self._root).leaf(leaf)
        except LabciError:  # such as a leaf of a work tree that has changed since
            return None


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
