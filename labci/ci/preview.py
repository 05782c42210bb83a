"""`labci ci preview`: what a pull request would teach, tried with the project's keys after a maintainer's approval.

The tool, the settings and the flows are the base branch's. Of the commit only leaves and the documents that they pin
are read, as git objects; it is looked at only while it is approved, and the pull request's newest one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from labci import config as configs
from labci import documents, known, pipeline, session
from labci.artifact import read_json
from labci.ci import approval, event, head, lasting, log
from labci.ci.event import PullRequest
from labci.ci.workplace import Workplace, check, prepare
from labci.errors import FindingsError, LabciError, UsageError
from labci.forges.github.project import Project
from labci.git import Repository
from labci.job import Job
from labci.progress import Progress
from labci.report import generation
from labci.report import preview as pages


def preview(folder: Path, progress: Progress, environment: Mapping[str, str] | None = None) -> None:
    """Preview the pull request and commit that `$GITHUB_EVENT_PATH` was dispatched with, in the clone at `folder`.

    What came of it goes to the summary page and to one comment, which later previews edit; a pull request whose head
    has moved meanwhile gets none. Raises UsageError for a commit that is not approved or not the newest, ConfigError
    for a hub or a store that only this runner has; what a stage raises is told in the comment first.
    """
    environment = os.environ if environment is None else environment
    with log.without_commands(environment), tempfile.TemporaryDirectory() as scratch:
        number, commit = event.read_preview(environment)
        project = Project(environment)
        pull = PullRequest(number=number, base=_base(project, number, commit), head=commit)
        repository = Repository.open(folder)
        try:
            head.fetch(repository, pull, environment)
            place = prepare(repository, pull.base, commit, Path(scratch))
            lasting.check(place.config, environment)
            text, error = _page(place, progress)
        finally:
            repository.close()
        log.add_summary(text, environment)
        if _newest(project, number, commit):
            project.comment(number, pages.MARKER, text)
        if error is not None:
            raise error


def _base(project: Project, number: int, commit: str) -> str:
    base = project.base(number)
    if base is None or not _newest(project, number, commit):
        raise UsageError(
            f"{commit[:12]} is not the newest commit of an open pull request {number}",
            hint="look at the newest one, approve it, and say /labci preview there",
        )
    if not approval.given(project, commit):
        raise UsageError(
            f"{commit[:12]} is not approved, so nothing of it was read",
            hint=f"a maintainer says on the pull request: /labci approve {commit}",
        )
    return base


def _newest(project: Project, number: int, commit: str) -> bool:
    found = project.head(number)
    return found is not None and found.sha == commit


def _page(place: Workplace, progress: Progress) -> tuple[str, LabciError | None]:
    """The comment, and the error that it tells of, if there was one that is no fault of the contribution."""
    errors = sum(item.severity == "error" for file in check(place) for item in file.diagnostics)
    if errors:
        return pages.unread(place.head, errors), None
    try:
        job = _job(place, progress)
        why = _refusal(job, place)
        if why:
            return pages.refused(place.head, why), None
        return _tried(job, place), None
    except LabciError as error:
        return pages.failed(place.head, error), error


def _job(place: Workplace, progress: Progress) -> Job:
    request = session.Request(
        folder=place.repository.root, config=place.scratch / configs.FILE, range=f"{place.base}..{place.head}",
        limit=place.config.preview.samples or None,
    )  # fmt: skip
    return session.open_job(session.open_session(request), progress)


def _refusal(job: Job, place: Workplace) -> str:
    """Why no sample is generated; "" if there is no reason. Changes and plan are written."""
    if note := pipeline.walk(job, last="plan").note:
        return f"{note[:1].upper()}{note[1:]}."
    plan, most = read_json(job.run / "plan.json"), place.config.preview.max_calls
    calls = plan["calls"] - plan["calls_cached"]
    if calls > most:
        return f"It takes {calls:,} requests to the teacher, and preview.max_calls of labci.yaml allows {most:,}."
    return ""


def _tried(job: Job, place: Workplace) -> str:
    try:
        pipeline.walk(job, first="generate", last="generate")
    except FindingsError:  # nothing survived: the report says why
        if not (job.run / "generation.json").exists():
            raise
    kept = partial(documents.stored, settings=place.config.documents, store=job.store)
    value = generation.read(job.run, [place.repository], place.config.taxonomy, kept)
    return pages.tried(place.head, value, known.ask(job, place.config.preview.questions), limited=job.limit is not None)
