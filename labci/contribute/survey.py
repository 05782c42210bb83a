"""What `labci submit` would send: files of changed leaves and the documents that they read, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labci.change import Status
from labci.documents import matches
from labci.errors import UsageError
from labci.git import WORKTREE, Repository, publish, revision
from labci.leaf import BRANCHES, DOCUMENT_SUFFIXES, LEAF_FILE, LEAF_FILES, LeafError
from labci.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A contribution before it is one. Paths of files are below the repository, of leaves below the taxonomy root.

    base: commit where it leaves the base branch. ahead: whether there are commits since then. files: what is to be
    committed. unnamed: what would be, had its leaf been named, too. left: other files that differ from HEAD.
    leaves: what the commit does to each leaf. whole: what all commits together do. linted: folders below the
    taxonomy root where anything of it lies.
    """

    base: str
    ahead: bool
    files: tuple[str, ...]
    unnamed: tuple[str, ...]
    left: tuple[str, ...]
    leaves: Mapping[str, Status]
    whole: Mapping[str, Status]
    linted: frozenset[str]


def survey(repository: Repository, taxonomy: str, base_branch: str, paths: Collection[str] = ()) -> Survey:
    """Compare the files on disk with HEAD, and HEAD with the base branch; writes nothing.

    paths: files or folders of the repository ("" is all of it); only leaves that have a changed file there, and
    changed documents there. Raises UsageError for a path where nothing is and nothing was.
    """
    publish.refresh(repository)
    start = revision.base_ref(repository.git, base_branch)
    base, head = repository.range(f"{start}..HEAD", base_branch)
    pending = set(_names(repository, head, WORKTREE))
    _check(repository, paths, pending)
    top = f"{taxonomy.strip('/')}/"
    chosen, files, documents = _contents(repository, top, pending, paths)
    committed = [path for path in _names(repository, base, head) if path.startswith(top)]
    tree = repository.tree(head)
    readers = {leaf for leaves in documents.values() for leaf in leaves}  # one that stays on disk is none of this
    readers = {leaf for leaf in readers if leaf in chosen or tree.blob(f"{top}{leaf}/{LEAF_FILE}") is not None}
    changed = {_folder(top, path) for path in files} | readers
    whole = changed | {_folder(top, path) for path in committed if _is_leaf_file(top, path)}
    files |= documents.keys()
    _, others, read = _contents(repository, top, pending, ()) if paths else (chosen, files, documents)
    unnamed = (others | read.keys()) - files
    return Survey(
        base=base,
        ahead=base != head,
        files=tuple(sorted(files)),
        unnamed=tuple(sorted(unnamed)),
        left=tuple(sorted(pending - files - unnamed)),
        leaves={leaf: _status(repository, f"{top}{leaf}/{LEAF_FILE}", head) for leaf in sorted(changed)},
        whole={leaf: _status(repository, f"{top}{leaf}/{LEAF_FILE}", base) for leaf in sorted(whole)},
        linted=frozenset(chosen | changed | {_folder(top, path) for path in committed}),
    )


def _contents(
    repository: Repository, top: str, pending: Set[str], paths: Collection[str]
) -> tuple[set[str], set[str], dict[str, list[str]]]:
    """Leaves that have a changed file at the paths, their changed files, and changed documents with who reads them."""
    chosen = {_folder(top, path) for path in pending if path.startswith(top) and _inside(path, paths)}
    files = {path for path in pending if _is_leaf_file(top, path) and _folder(top, path) in chosen}
    return chosen, files, dict(_documents(repository, top.rstrip("/"), pending - files, chosen, paths))


def _names(repository: Repository, old: str, new: str) -> Iterator[str]:
    """Both names of what was renamed."""
    for change in repository.changed(old, new):
        yield change.path
        if change.old:
            yield change.old


def _check(repository: Repository, paths: Iterable[str], pending: Collection[str]) -> None:
    for path in paths:
        if not (repository.root / path).exists() and not any(_inside(name, (path,)) for name in pending):
            raise UsageError(f"there is nothing at {path}", hint="name a leaf's folder; labci diff lists what changed")


def _inside(path: str, folders: Collection[str]) -> bool:
    return not folders or any(not name or path == name or path.startswith(f"{name}/") for name in folders)


def _folder(top: str, path: str) -> str:
    return path.removeprefix(top).rpartition("/")[0] if path.startswith(top) else ""


def _is_leaf_file(top: str, path: str) -> bool:
    return path.startswith(top) and path.rpartition("/")[2] in LEAF_FILES


def _documents(
    repository: Repository, root: str, pending: Set[str], chosen: Set[str], paths: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    """Changed documents that leaves read at HEAD, each with those leaves, where one of them or it is chosen."""
    touched = [path for path in pending if path.lower().endswith(DOCUMENT_SUFFIXES)]
    readers = list(_readers(repository, root)) if touched else []
    for path in touched:
        leaves = [leaf for leaf, patterns in readers if any(matches(pattern, path) for pattern in patterns)]
        if leaves and (_inside(path, paths) or not chosen.isdisjoint(leaves)):
            yield path, leaves


def _readers(repository: Repository, root: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Leaves on disk that read documents of this repository as they are now, with their patterns."""
    taxonomy = Taxonomy(repository.worktree(), root)
    for path in repository.containing("HEAD", WORKTREE, f"{root}/knowledge"):
        if path.rpartition("/")[2] != LEAF_FILE:
            continue
        with suppress(LeafError, UsageError):  # lint's business
            leaf = taxonomy.leaf(_folder(f"{root}/", path))
            if leaf.document and leaf.document.at_head:
                yield leaf.path, leaf.document.patterns


def _status(repository: Repository, file: str, before: str) -> Status:
    if not (repository.root / file).exists():
        return "removed"
    return "modified" if repository.tree(before).blob(file) is not None else "added"


def relative(root: Path, folder: Path, taxonomy: str, paths: Iterable[Path]) -> tuple[str, ...]:
    """Paths as the user gave them, seen from `folder`, as paths below the repository; UsageError outside of it.

    What isn't there is taken as labci prints leaves: below the taxonomy root.
    """
    found = []
    for path in paths:
        full = (folder / path).resolve()
        if not full.exists() and path.parts[:1] and path.parts[0] in BRANCHES:
            full = (root / taxonomy / path).resolve()
        if not full.is_relative_to(root):
            raise UsageError(f"{path} is outside of {root}", hint="name leaves of this repository")
        found.append("" if full == root else full.relative_to(root).as_posix())
    return tuple(found)
