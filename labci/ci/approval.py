"""A maintainer's word that one commit of a pull request may be read by jobs that hold the project's keys.

It is a status of that commit, given by the token of the workflow that heard it: a push makes another commit, which
has none. Statuses of anybody else count for nothing.
"""

from __future__ import annotations

import re

from labci.ci.command import Command
from labci.forges.github.project import Project
from labci.report.excerpt import block, markdown

CONTEXT = "labci/approved"  # of the status
# The whole id: of a commit that was read and one that was pushed since, anybody can make the first dozen digits agree.
SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def problem(command: Command, head: str) -> str:
    """Why a commit that a command names is not the pull request's newest one; "" if it is."""
    named = command.argument
    if not named:
        return f"Which commit? Name the one you have looked at: a push may come between. The newest is {head}."
    if not SHA.fullmatch(named):
        return f"{markdown(named[:64])} is no commit. Name the one that you have looked at, by all of its digits."
    if head != named:
        return f"The newest commit is {head} now, not {named}: look at what has changed, then name that one."
    return ""


def give(project: Project, head: str, login: str) -> None:
    """Approve a commit."""
    project.mark(head, CONTEXT, f"may be previewed, says {login}")


def given(project: Project, head: str) -> bool:
    """Whether a commit is approved."""
    return project.marked(head, CONTEXT) is not None


def missing(head: str) -> str:
    """What to tell who asks for a preview of a commit that is not approved."""
    wanted = block(f"/labci approve {head}")
    return f"A preview uses the project's keys, so a maintainer looks at the commit first, and then says:\n\n{wanted}"
