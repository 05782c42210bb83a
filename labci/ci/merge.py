"""`labci ci merge`: teach what was merged, judge it, and keep what passes for the next release.

Runs on a machine that is new each time: the released model comes from the hub, everything taught before from the
store. Merges that were waiting are taken together, as a run is of all that is not released yet.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from labci import pipeline, session
from labci.artifact import read_json
from labci.blame import blame
from labci.ci import candidate, lasting, log
from labci.errors import LabciError
from labci.forges.github.project import Project
from labci.job import Job
from labci.progress import Progress
from labci.report import merged
from labci.verdict import Verdict


def merge(folder: Path, progress: Progress, environment: Mapping[str, str] | None = None) -> int:
    """Run the stages up to the gate for the checkout at `folder`; returns the gate's exit code.

    What came of it goes to the job's summary page: PASS keeps a candidate, FAIL opens an issue (or edits the one
    that is open) which names the contribution to blame, INCONCLUSIVE says what is missing. The release stays as it is.
    Raises ConfigError for a hub or a store that only this runner has; errors of stages pass through.
    """
    environment = os.environ if environment is None else environment
    with log.without_commands(environment):
        opened = session.open_session(session.Request(folder=folder))
        lasting.check(opened.config, environment)
        job = session.open_job(opened, progress)
        note = pipeline.already_released(job) or pipeline.walk(job, last="gate").note
        if note:
            candidate.forget(job.store)  # what waited has been released, or taken out of the branch again
            log.add_summary(merged.nothing(note), environment)
            return 0
        verdict = Verdict.from_json(read_json(job.run / "verdict.json"))
        page = _page(job, verdict)
        log.add_summary(page, environment)
        _tell(job, verdict, page, environment)
        return verdict.exit_code


def _page(job: Job, verdict: Verdict) -> str:
    released = job.released.version
    if verdict.verdict == "PASS":
        candidate.keep(job)
        return merged.passed(verdict, job.head, released)
    if verdict.verdict == "INCONCLUSIVE":
        return merged.undecided(verdict, job.head, released)
    try:
        return merged.failed(verdict, job.head, released, blame(job))
    except LabciError as error:  # the verdict must be told even so
        return merged.failed(verdict, job.head, released, None, f"{error.message} {error.hint}")


def _tell(job: Job, verdict: Verdict, page: str, environment: Mapping[str, str]) -> None:
    """One issue, open as long as the gate refuses; elsewhere than on GitHub the page is all there is."""
    if not environment.get("GITHUB_REPOSITORY"):
        return
    project = Project(environment)
    if verdict.verdict == "FAIL":
        project.report(merged.LABEL, merged.MARKER, merged.TITLE, f"{page}\n{merged.MARKER}")
    elif verdict.verdict == "PASS":
        project.settle(merged.LABEL, merged.MARKER, merged.settled(job.head))
