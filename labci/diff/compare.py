"""Changes per leaf and per seed, from the files that differ: cost grows with them, not with the taxonomy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from labci.change import Change, Delta, Status
from labci.errors import UsageError
from labci.git import FileChange
from labci.leaf import BRANCHES, LEAF_FILE, DocumentRef, Leaf, LeafError
from labci.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What of a leaf a change is told by: a hundredth of the leaf, as all changed leaves are held at once."""

    path: str
    seeds: tuple[str, ...]
    documents: tuple[str, ...]

    @classmethod
    def of(cls, leaf: Leaf) -> Keys:
        """Each seed's digest and each reference, in the order of the file."""
        return cls(path=leaf.path, seeds=tuple(seed.digest for seed in leaf.seeds), documents=references(leaf.document))


Leaves = Mapping[str, Keys]


def compare(base: Taxonomy, head: Taxonomy, files: Iterable[FileChange]) -> tuple[Change, ...]:
    """Changed leaves, by path. `files` are the files that differ, with paths in the repository.

    A seed is kept if its digest is: comments, quoting, key order and wrapping are no change. A leaf whose
    folder moved is `renamed`, by git's similarity or by the seeds that both places share, and keeps them all.
    Raises LeafError for a leaf at head that can't be read; one at base that can't is taken as empty.
    """
    moved = dict(_leaf_files(head.root, files))
    old = _read_old(base, {path for path in (*moved, *moved.values()) if path})
    new = _read_new(head, moved)
    gone = {path: leaf for path, leaf in old.items() if path not in new and not _there(head, path)}
    came = {path: leaf for path, leaf in new.items() if path not in old}
    origin = _origins(came, gone, moved)
    changes = [_change(leaf, old.get(origin.get(path, path)), origin.get(path)) for path, leaf in new.items()]
    changes += [_removed(leaf) for path, leaf in gone.items() if path not in origin.values()]
    return tuple(sorted((change for change in changes if change), key=lambda change: change.path))


def references(ref: DocumentRef | None) -> tuple[str, ...]:
    """`repo@commit:pattern`, one for each pattern."""
    return tuple(f"{ref.repo}@{ref.commit}:{pattern}" for pattern in ref.patterns) if ref else ()


def _leaf_files(root: str, files: Iterable[FileChange]) -> Iterator[tuple[str, str]]:
    """Folder of every changed leaf, and the folder that git says it was renamed from, or ""."""
    for file in files:
        path, old = _folder(root, file.path), _folder(root, file.old or "")
        if path:
            yield path, old
        elif old:  # renamed to something that is no leaf
            yield old, ""


def _folder(root: str, path: str) -> str:
    folder, _, name = path.removeprefix(f"{root}/").rpartition("/")
    inside = path.startswith(f"{root}/") and folder.split("/", 1)[0] in BRANCHES
    return folder if inside and name == LEAF_FILE else ""


def _there(taxonomy: Taxonomy, path: str) -> bool:
    return taxonomy.source.blob(f"{taxonomy.root}/{path}/{LEAF_FILE}") is not None


def _read_old(base: Taxonomy, paths: Iterable[str]) -> dict[str, Keys]:
    leaves = {}
    for path in sorted(paths):
        try:
            leaves[path] = Keys.of(base.leaf(path))
        except (UsageError, LeafError):
            continue  # not there, or never could be taught: all seeds are new
    return leaves


def _read_new(head: Taxonomy, paths: Iterable[str]) -> dict[str, Keys]:
    return {path: Keys.of(head.leaf(path)) for path in sorted(paths) if _there(head, path)}


def _origins(came: Leaves, gone: Leaves, moved: Mapping[str, str]) -> dict[str, str]:
    """Old folder of every leaf that moved; each old one is used once, the closest pair first."""
    by_seed: dict[str, list[str]] = {}
    for path, leaf in gone.items():
        for key in leaf.seeds:
            by_seed.setdefault(key, []).append(path)
    seeds = ((path, key) for path, leaf in came.items() for key in leaf.seeds)
    pairs = {(path, before) for path, key in seeds for before in by_seed.get(key, ())}
    pairs |= {(path, moved[path]) for path in came if moved.get(path) in gone}
    origin: dict[str, str] = {}
    taken: set[str] = set()
    for path, before in sorted(pairs, key=lambda pair: (-_likeness(came[pair[0]], gone[pair[1]]), pair)):
        if path not in origin and before not in taken:
            origin[path] = before
            taken.add(before)
    return origin


def _likeness(new: Keys, old: Keys) -> float:
    """Shared seeds over all seeds (Jaccard)."""
    left, right = set(new.seeds), set(old.seeds)
    return len(left & right) / len(left | right) if left | right else 0.0


def _change(leaf: Keys, old: Keys | None, origin: str | None) -> Change | None:
    seeds = _delta(old.seeds if old else (), leaf.seeds)
    documents = _delta(old.documents if old else (), leaf.documents)
    if old is not None and not origin and not any((*_moves(seeds), *_moves(documents))):
        return None
    status: Status = "renamed" if origin else "modified" if old else "added"
    return Change(path=leaf.path, status=status, old=origin, seeds=seeds, documents=documents)


def _removed(leaf: Keys) -> Change:
    seeds, documents = _delta(leaf.seeds, ()), _delta(leaf.documents, ())
    return Change(path=leaf.path, status="removed", old=None, seeds=seeds, documents=documents)


def _moves(delta: Delta) -> tuple[bool, bool]:
    return bool(delta.added), bool(delta.removed)


def _delta(before: tuple[str, ...], after: tuple[str, ...]) -> Delta:
    """Keys in the order of their file, each once."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    return Delta(
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        kept=tuple(key for key in new if key in old),
    )
