"""From files on disk to a pushed branch; each step is left as it is when a later one fails."""

from __future__ import annotations

from collections.abc import Collection

from labci.contribute.survey import Survey
from labci.contribute.wording import branch_name, subject
from labci.errors import OutsideError, UsageError
from labci.git import Remote, Repository, publish


def branch_for(
    repository: Repository, found: Survey, *, shared: Collection[str], to: Remote, wanted: str | None
) -> tuple[str, bool]:
    """The branch that a contribution goes on, and whether it is still to be made.

    It is the current one, unless that is `shared` (a base branch, or the remote's default) or another one is wanted.
    UsageError if a wanted branch is there already, or can't be.
    """
    current = repository.branch()
    if current and current not in shared and wanted in (None, current):
        return current, False
    if wanted is None:
        return branch_name(found.whole, lambda name: publish.has_branch(repository, name, to.name)), True
    publish.check_branch_name(repository, wanted)
    if wanted in shared:
        raise UsageError(f"{wanted} is a branch that others build on", hint="name another one, or leave --branch out")
    if publish.has_branch(repository, wanted, to.name):
        raise UsageError(f"there is a branch {wanted}", hint=f"git switch {wanted}, then labci submit; or another name")
    return wanted, True


def commit(repository: Repository, found: Survey, *, title: str, message: str) -> str:
    """Commit the survey's files, signed off by the configured user; returns the subject line."""
    line = title or subject(found.leaves)
    publish.commit(repository, found.files, f"{line}\n\n{message}".strip())
    return line


def push(repository: Repository, to: Remote, branch: str) -> None:
    """Push the branch; OutsideError says why it wasn't taken, and that nothing is lost."""
    try:
        publish.push(repository, to, branch)
    except OutsideError as error:
        hint = f"{error.hint}\nthen labci submit goes on: the commit stays on {branch}"
        raise OutsideError(error.message, hint=hint) from error
