"""`labci ci comment`: what `labci ci pr` found becomes the one comment on the pull request, its labels, and remarks
on the lines of its commit.

It runs with the right to write, from the default branch. What it reads was made on a stranger's behalf
(`labci.ci.outcome`); which pull request it belongs to is asked of GitHub alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labci.ci import event, outcome
from labci.errors import UsageError
from labci.forges.github import checks
from labci.forges.github.changed import changed
from labci.forges.github.project import Head, Project
from labci.report.annotations import to_check
from labci.report.comment import LABELS, MARKER, labels, silent, to_markdown


def comment(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Comment on what the workflow run of `$GITHUB_EVENT_PATH` was for; yields what was done, a line each.

    Nothing is written where the head has moved on, or where no leaf is touched and nothing was said before.
    """
    environment = os.environ if environment is None else environment
    run, project = event.read_run(environment), Project(environment)
    head = project.head_of(run)
    if head is None:
        yield f"run {run} was for no pull request"
        return
    numbers = project.pulls(head)
    if not numbers:
        yield f"{head.sha[:12]} is no open pull request's head any more: a newer run comments"
        return
    archive = project.artifact(run, outcome.NAME, outcome.MAX_BYTES)
    if archive is None:
        raise UsageError(f"run {run} left no artifact {outcome.NAME}", hint="its log says why; run the checks again")
    value = outcome.from_archive(archive)
    for number in numbers:
        text = to_markdown(value, number, head.sha)
        said = project.comment(number, MARKER, text, begin=not silent(value))
        project.label(number, labels(value), LABELS)
        yield f"#{number}: {'commented' if said else 'no leaf is touched, nothing to say'}"
    if not silent(value):
        yield from _annotate(project, head, numbers, value)


def _annotate(project: Project, head: Head, numbers: Sequence[int], value: Mapping[str, Any]) -> Iterator[str]:
    """A commit has one check run, whichever pull requests propose it; paths are taken from GitHub alone."""
    found = project.connection
    paths = {file.path for number in numbers for file in changed(found, number)}
    check = to_check(value, paths)
    if how := checks.put(found, head.sha, check):
        yield f"{head.sha[:12]}: {how} with {check.title}, {len(check.annotations)} on their lines"
