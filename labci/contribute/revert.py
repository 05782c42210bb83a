"""One contribution taken out of the taxonomy again: a leaf by its path, or what a commit did."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from labci.contribute.maintained import maintained
from labci.errors import UsageError
from labci.git import EMPTY_TREE, Repository, publish
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.taxonomy import Taxonomy, named

FILES = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What is to be taken out. leaves: folders below the taxonomy root. commit: "" for a leaf as a whole."""

    leaves: tuple[str, ...]
    commit: str = ""


def contribution(repository: Repository, root: str, what: str, taught: Collection[str]) -> Contribution:
    """The leaf or the commit that a name means.

    UsageError for neither, and for a commit that changed no leaf, or settings and workflows besides: to undo it would
    undo these, too.

    root: that of the taxonomy. taught: leaves of the release, which may be gone from the taxonomy already.
    """
    there = Taxonomy(repository.tree("HEAD"), root)
    name = what.strip("/").removeprefix(f"{there.root}/").removesuffix(f"/{LEAF_FILE}")
    if there.has(name) or name in taught:
        return Contribution(leaves=(name,))
    try:
        commit = repository.resolve(what)
    except UsageError as error:
        if "/" in name:
            named([name], [there], None)  # says which leaf is meant
        raise UsageError(f"{what!r} is neither a leaf nor a commit", hint=error.hint) from error
    leaves = tuple(sorted(set(_leaves(repository, there.root, commit))))
    if not leaves:
        raise UsageError(f"{commit[:12]} changed no leaf", hint="name a leaf, or the commit that brought it")
    if repository.merge_base(commit, "HEAD") != commit:
        raise UsageError(f"{commit[:12]} is in none of this branch's history", hint="go to the branch that has it")
    if others := maintained(_paths(repository, "", commit)):
        hint = "\n".join(f"labci releases revert {leaf}" for leaf in leaves)
        raise UsageError(f"{commit[:12]} changed {', '.join(others[:SHOWN])}, too", hint=f"take out a leaf:\n{hint}")
    return Contribution(leaves=leaves, commit=commit)


def revert(repository: Repository, root: str, found: Contribution) -> str:
    """Commit the taxonomy without it on the current branch, signed off; "" where it is out already.

    A leaf's document stays, as another leaf may read it; a commit is undone as a whole. UsageError, and nothing
    changed: for files that are not committed, and for a commit whose files were changed again since.
    """
    publish.refresh(repository)
    if repository.git.run("status", "--porcelain", "--untracked-files=no"):
        raise UsageError("there are changes that are not committed", hint="commit them, or put them aside: git stash")
    message = _undo(repository, found) if found.commit else _remove(repository, root, found.leaves[0])
    records = repository.git.records("diff-index", "-z", "--cached", "--name-only", "HEAD")
    paths = [record.decode("utf-8", "surrogateescape") for record in records]
    return publish.commit(repository, paths, message) if paths else ""


def _remove(repository: Repository, root: str, leaf: str) -> str:
    folder = f"{root.strip('/')}/{leaf}"
    repository.git.run("rm", "-r", "--quiet", "--ignore-unmatch", "--", folder)
    return f"Revert {leaf}"


def _undo(repository: Repository, found: Contribution) -> str:
    subject = repository.git.line("show", "--no-patch", "--format=%s", found.commit) or found.commit[:12]
    parents = (repository.git.line("show", "--no-patch", "--format=%P", found.commit) or "").split()
    mainline = ("--mainline", "1") if len(parents) > 1 else ()
    status, _, _ = repository.git.try_run("revert", "--no-commit", *mainline, found.commit)
    if status:
        repository.git.run("reset", "--merge", "HEAD")
        repository.git.try_run("revert", "--quit")
        hint = "\n".join(f"labci releases revert {leaf}" for leaf in found.leaves)
        raise UsageError(f"later commits built on what {found.commit[:12]} changed", hint=f"take out a leaf:\n{hint}")
    repository.git.try_run("revert", "--quit")  # or the next commit would be taken for its end
    return f'Revert "{subject}"\n\nThis reverts commit {found.commit}.'


def _leaves(repository: Repository, root: str, commit: str) -> Iterator[str]:
    """Leaves of which a commit changed a file."""
    for path in _paths(repository, root, commit):
        folder, _, name = path.rpartition("/")
        if name in FILES:
            yield folder.removeprefix(f"{root}/")


def _paths(repository: Repository, root: str, commit: str) -> Iterator[str]:
    """What a commit changed below a folder, seen from its first parent; both names of what it renamed."""
    parent = repository.git.line("rev-parse", "--verify", "--quiet", f"{commit}^1") or EMPTY_TREE
    for change in repository.changed(parent, commit, root):
        yield from filter(None, (change.path, change.old))
