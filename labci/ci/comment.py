"""`labci ci comment`: what `labci ci pr` found becomes the one comment on the pull request, its labels, and remarks
and suggestions on its lines.

It runs with the right to write, from the default branch. What it reads was made on a stranger's behalf
(`labci.ci.outcome`); which pull request it belongs to is asked of GitHub alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from labci.ci import event, outcome
from labci.errors import UsageError
from labci.forges.github import checks, reviews
from labci.forges.github.changed import Changed, changed
from labci.forges.github.project import Head, Project
from labci.forges.github.reviews import Remark
from labci.report.annotations import to_check
from labci.report.comment import LABELS, MARKER, labels, silent, to_markdown
from labci.report.suggestions import BODY, to_remarks

MOST_REMARKS = 60  # on one pull request, over all its pushes


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
    if silent(value):
        return
    files = {number: changed(project.connection, number) for number in numbers}
    yield from _annotate(project, head, files, value)
    for number in numbers:
        yield from _suggest(project, head, number, to_remarks(value, files[number]))


def _annotate(
    project: Project, head: Head, files: Mapping[int, Iterable[Changed]], value: Mapping[str, Any]
) -> Iterator[str]:
    """A commit has one check run, whichever pull requests propose it; paths are taken from GitHub alone."""
    check = to_check(value, {file.path for found in files.values() for file in found})
    if how := checks.put(project.connection, head.sha, check):
        yield f"{head.sha[:12]}: {how} with {check.title}, {len(check.annotations)} on their lines"


def _suggest(project: Project, head: Head, number: int, remarks: Sequence[Remark]) -> Iterator[str]:
    """Only what was not suggested before: whoever left a suggestion alone need not see it after each push."""
    if not remarks:
        return
    said = reviews.keys(project.connection, number)
    new = [remark for remark in remarks if remark.key not in said][: max(0, MOST_REMARKS - len(said))]
    if new:
        taken = reviews.put(project.connection, number, head.sha, BODY, new)
        yield (
            f"#{number}: {len(new)} suggested"
            if taken
            else f"#{number}: GitHub takes no suggestion for {head.sha[:12]}"
        )
