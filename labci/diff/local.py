"""Documents of the same repository (`repo: .`, `commit: HEAD`) change without their leaf's qna.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from labci.change import Change, Delta
from labci.diff.compare import references
from labci.documents import matches
from labci.git import FileChange
from labci.leaf import DOCUMENT_SUFFIXES, Leaf, LeafError
from labci.taxonomy import Taxonomy


def with_local_documents(
    changes: tuple[Change, ...], head: Taxonomy, files: Sequence[FileChange], candidates: Iterable[str]
) -> tuple[Change, ...]:
    """The changes, with every leaf whose document at HEAD has another content.

    candidates: folders of leaves that may refer to HEAD, asked for only if a file changed that could be a
    document. Such a reference reads the same before and after, so it stands in both `added` and `removed`.
    """
    paths = (path for file in files for path in (file.path, file.old or ""))
    touched = {path for path in paths if path.lower().endswith(DOCUMENT_SUFFIXES)}
    if not touched:
        return changes
    found = {change.path: change for change in changes}
    for leaf in _readable(head, candidates):
        changed = _changed(leaf, touched)
        known = found.get(leaf.path)
        if changed and (known is None or known.status != "added"):
            found[leaf.path] = _with(known or _unchanged(leaf), changed)
    return tuple(found[path] for path in sorted(found))


def _readable(head: Taxonomy, paths: Iterable[str]) -> Iterator[Leaf]:
    for path in paths:
        with suppress(LeafError):  # unchanged, so lint's business; a changed one has stopped `compare`
            yield head.leaf(path)


def _changed(leaf: Leaf, touched: Collection[str]) -> tuple[str, ...]:
    ref = leaf.document
    if ref is None or not ref.at_head:
        return ()
    named = zip(ref.patterns, references(ref), strict=True)
    return tuple(name for pattern, name in named if any(matches(pattern, path) for path in touched))


def _unchanged(leaf: Leaf) -> Change:
    seeds = Delta(kept=tuple(dict.fromkeys(seed.digest for seed in leaf.seeds)))
    documents = Delta(kept=references(leaf.document))
    return Change(path=leaf.path, status="modified", old=None, seeds=seeds, documents=documents)


def _with(change: Change, changed: tuple[str, ...]) -> Change:
    """The change with kept references of changed content as removed and added."""
    new = tuple(name for name in changed if name in change.documents.kept)
    kept = tuple(name for name in change.documents.kept if name not in new)
    before = change.documents
    documents = Delta(added=before.added + new, removed=before.removed + new, kept=kept)
    return replace(change, documents=documents)
