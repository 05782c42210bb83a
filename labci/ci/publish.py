"""`labci ci release`: publish the newest candidate that passed the gate. Short: nothing is trained or judged here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from labci import pipeline, session, shaping
from labci.artifact import read_json
from labci.ci import candidate, lasting, log
from labci.ci.candidate import Candidate
from labci.progress import Progress
from labci.report import merged
from labci.session import Session


def publish(folder: Path, progress: Progress, environment: Mapping[str, str] | None = None) -> None:
    """Release from the checkout of the base branch at `folder`, or say on the summary page why there is nothing to.

    Raises ConfigError for a hub or a store that only this runner has, OutsideError where hub or store fail.
    """
    environment = os.environ if environment is None else environment
    with log.without_commands(environment):
        opened = session.open_session(session.Request(folder=folder))
        lasting.check(opened.config, environment)
        store = opened.store(progress.say)
        found = candidate.newest(store)
        why = next(_refusals(opened, found), "")
        if found is None or why:
            log.add_summary(merged.nothing(why), environment)
            return
        run = candidate.restore(store, found, opened.root / ".labci" / "runs")
        job = session.open_job(replace(opened, request=replace(opened.request, run=run)), progress)
        if changes := shaping.changed(job.run, "gate", job):
            why = f"The newest candidate was judged by another policy than labci.yaml has now: {'; '.join(changes)}."
            log.add_summary(merged.nothing(why), environment)
            return
        pipeline.walk(job, first="release", last="release")
        version = read_json(run / "release.json")["version"]
        log.add_summary(merged.published(version, found.commit, opened.config.hub), environment)
        candidate.forget(store)


def _refusals(opened: Session, found: Candidate | None) -> Iterator[str]:
    """Why the newest candidate is not to be released, a sentence each."""
    if found is None:
        yield "No candidate has passed the gate since the last release."
        return
    latest = opened.hub().latest() or ""
    if found.previous != latest:
        was = found.previous or "the base model"
        yield f"The newest candidate was judged against {was}, and {latest or 'the base model'} is released now."
    here = opened.repository
    if here.merge_base(found.commit, "HEAD") != found.commit:
        yield f"The newest candidate is of commit {found.commit[:12]}, which the branch does not hold any more."
