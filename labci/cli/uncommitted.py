"""Says which leaves lie on disk and in no commit: diff and plan read commits, and a newcomer has none yet."""

from __future__ import annotations

import typer

from labci.errors import UsageError
from labci.git import WORKTREE, Repository, publish
from labci.job import Job
from labci.leaf import LEAF_FILES
from labci.printable import printable

MAX_NAMES = 3


def tell(job: Job) -> None:
    """A line on stderr, if what is read is HEAD and leaves on disk differ from it."""
    repository = job.repository
    if repository.bare or job.head != _here(repository):  # so not "worktree" either
        return
    names = leaves(repository, job.head, job.taxonomy.root)
    if job.leaf is not None:
        names = [name for name in names if name == job.leaf]
    if names:
        typer.echo(text(names), err=True)


def _here(repository: Repository) -> str:
    """The commit that is checked out; "" before the first one."""
    try:
        return repository.resolve("HEAD")
    except UsageError:
        return ""


def leaves(repository: Repository, head: str, root: str) -> list[str]:
    """Folders below the taxonomy root with a leaf's file that differs from a commit, or is in none."""
    publish.refresh(repository)
    names = (name for change in repository.changed(head, WORKTREE, root) for name in change[1:] if name)
    found = {name.rpartition("/") for name in names}
    return sorted({folder.removeprefix(f"{root}/") for folder, _, file in found if file in LEAF_FILES})


def text(names: list[str]) -> str:
    """`2 leaves on disk are not committed: …`, and what includes them."""
    shown = ", ".join(names[:MAX_NAMES])
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    one = len(names) == 1
    what = "1 leaf on disk is" if one else f"{len(names)} leaves on disk are"
    how = f"include {'it' if one else 'them'} with --worktree, or with git add and git commit"
    return printable(f"{what} not committed: {shown}{more}; {how}")
