"""Which commits are meant: exact names, and the range of cli.md."""

from __future__ import annotations

import difflib

from labci.errors import UsageError
from labci.git.command import EMPTY_TREES, Command

EMPTY_TREE = EMPTY_TREES["sha1"]  # how labci names it, whatever the repository calls it


def resolve(git: Command, rev: str) -> str:
    """Full id of the commit that `rev` names by git's own rules, which never match part of a name."""
    if not rev or rev.startswith(("-", ":")) or not rev.isprintable():
        raise UsageError(f"{rev!r} is not a revision", hint="name a branch, a tag or a commit")
    sha = git.line("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}")
    if sha:
        return sha
    if rev == "HEAD":
        raise UsageError("the repository has no commit yet", hint="git add . && git commit -s")
    raise UsageError(f"unknown revision {rev!r}", hint=_nearest(git, rev))


def _nearest(git: Command, rev: str) -> str:
    listed = git.line("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    names = (listed or "").splitlines()
    close = difflib.get_close_matches(rev, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(repr(name) for name in close)}?"
    return "this clone is shallow: git fetch --unshallow" if is_shallow(git) else "git branch -a lists what there is"


def is_shallow(git: Command) -> bool:
    """Whether history was cut off, so that a commit may exist and not be here."""
    return git.line("rev-parse", "--is-shallow-repository") == "true"


def merge_base(git: Command, left: str, right: str) -> str | None:
    """The best common ancestor of two commits, or None."""
    found = git.line("merge-base", left, right)
    return found.splitlines()[0] if found else None


def other_bases(git: Command, spec: str | None, base_branch: str, base: str, head: str) -> tuple[str, ...]:
    """The best common ancestors beside `base`, which `commit_range` gave: a criss-cross merge has several."""
    try:
        left = (spec or "").partition("..")[0] or base_ref(git, base_branch)
    except UsageError:  # a run that is reopened needs no base branch
        return ()
    found = (git.line("merge-base", "--all", left, head) or "").split()
    return tuple(sha for sha in found if sha != base) if base in found else ()


def commit_range(git: Command, spec: str | None, base_branch: str, released: str | None) -> tuple[str, str]:
    """Base and head commit for what a user wrote after `diff`, `plan`, `generate` or `run`.

    `BASE..HEAD` compares HEAD with the merge base of both (`BASE...HEAD` says the same); a lone `REV` is
    `REV..HEAD`; a missing side is HEAD or the default base. With nothing given: from `base_branch`, in its
    remote-tracking form if there is one; *on* that branch from `released`, else from the empty tree.
    """
    left, dots, right = (spec or "").partition("..")
    head = resolve(git, right.removeprefix(".") or "HEAD")
    if left:
        return (EMPTY_TREE if left == EMPTY_TREE else _common(git, left, resolve(git, left), head)), head
    if not dots and _on_base(git, base_branch, head):
        # Tree against tree, without a merge base: nothing that was merged since the release is ever missed.
        return (resolve(git, released) if released else EMPTY_TREE), head
    name = base_ref(git, base_branch)
    return _common(git, name, resolve(git, name), head), head


def _common(git: Command, name: str, base: str, head: str) -> str:
    common = merge_base(git, base, head)
    if common is None:
        hint = "this clone is shallow: git fetch --unshallow" if is_shallow(git) else "name another base: BASE..HEAD"
        raise UsageError(f"{name} and {head[:12]} have no commit in common", hint=hint)
    return common


def _on_base(git: Command, base_branch: str, head: str) -> bool:
    current = git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    if current is not None:
        return current == base_branch
    # CI checks out a commit, not a branch: the tip of the base branch counts as being on it.
    refs = _base_refs(git, base_branch)
    return any(git.line("rev-parse", "--verify", "--quiet", ref) == head for ref in refs)


def base_ref(git: Command, base_branch: str) -> str:
    """The ref that stands for the base branch: its upstream, a remote's branch of that name, or itself."""
    for ref in _base_refs(git, base_branch):
        if git.line("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"):
            return ref
    raise UsageError(f"there is no base branch {base_branch!r}", hint="set base: in labci.yaml, or name BASE..HEAD")


def default_branch(git: Command) -> str | None:
    """What the remote calls its own, else main or another usual one where it is, else the current branch.

    None for no branch. Usual are master, and what `init.defaultBranch` says.
    """
    for name in ("upstream", "origin"):
        if head := git.line("symbolic-ref", "--quiet", f"refs/remotes/{name}/HEAD"):
            return head.removeprefix(f"refs/remotes/{name}/")
    for name in filter(None, ("main", "master", git.line("config", "init.defaultBranch"))):
        if any(git.line("rev-parse", "--verify", "--quiet", ref) for ref in _base_refs(git, name)):
            return name
    return git.line("symbolic-ref", "--quiet", "--short", "HEAD")


def _base_refs(git: Command, base_branch: str) -> list[str]:
    local = f"refs/heads/{base_branch}"
    upstream = git.line("for-each-ref", "--format=%(upstream)", local) or ""
    # A contributor's clone often has `origin` for the fork and `upstream` for the project.
    remotes = [f"refs/remotes/{name}/{base_branch}" for name in ("upstream", "origin")]
    return [ref for ref in (upstream, *remotes, local) if ref]
