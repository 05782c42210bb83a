"""`labci ci pr`: lint, diff and plan of a pull request whose files are data, never code and never on disk.

Settings come from the base commit, whatever is checked out; of the head, only leaves and documents are read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci import config as configs
from labci import pipeline, session
from labci.artifact import read_json, write_json
from labci.ci import event, head, log, mending, outcome, protected
from labci.ci.event import PullRequest
from labci.ci.workplace import Workplace, check, prepare
from labci.errors import LabciError
from labci.git import Repository
from labci.lint import exit_code
from labci.lintfile import Checked
from labci.report import changes, plan, seeds
from labci.report.comment import local, maintainers
from labci.report.diagnostics import Tally, render
from labci.report.excerpt import block
from labci.report.progress import Plain


@dataclass(slots=True, kw_only=True)
class Estimate:
    """Diff and plan as far as they could be made; `error` kept them from being made whole."""

    page: str = ""
    changes: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    error: LabciError | None = None


def pull_request(folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Check the pull request of `$GITHUB_EVENT_PATH` in the clone at `folder`; returns lint's exit code.

    Findings go to stdout as annotations, the whole as Markdown to `$GITHUB_STEP_SUMMARY` (stdout without it),
    and what the comment needs to `.labci/ci/pull-request.json`.
    Raises, after having reported, the error that kept diff or plan from being made, unless lint explains it.
    """
    environment = os.environ if environment is None else environment
    with log.without_commands(environment), tempfile.TemporaryDirectory() as scratch:
        pull = event.read(environment)
        place = _open(folder, pull, environment, Path(scratch))
        checked, guarded = check(place), protected.touched(place)
        estimate = Estimate()
        try:
            estimate = _estimate(place)
        finally:  # a bug in diff or plan must not take from a contributor what lint has found
            table = "\n".join(render("markdown", Tally(checked)))
            page = "\n\n".join(filter(None, [maintainers(guarded), estimate.page]))
            log.add_summary(_page(pull, table, page), environment)
            _leave(place, checked, estimate, guarded)
    tally = Tally(checked)
    log.annotate(render("github", tally))
    if estimate.error is not None and not tally.errors:
        with log.without_commands(environment):  # its message may quote a stranger
            raise estimate.error
    return exit_code(tally.errors, tally.warnings)


def _open(folder: Path, pull: PullRequest, environment: Mapping[str, str], scratch: Path) -> Workplace:
    repository = Repository.open(folder)
    head.fetch(repository, pull, environment)
    return prepare(repository, pull.base, pull.head, scratch)


def _estimate(place: Workplace) -> Estimate:
    request = session.Request(
        folder=place.repository.root,
        config=place.scratch / configs.FILE,
        range=f"{place.base}..{place.head}",
    )
    found = Estimate()
    try:
        job = session.open_job(session.open_session(request), Plain())
        walked = pipeline.walk(job, first="diff", last="diff", force=True)
        found.changes = read_json(job.run / "changes.json")
        named = seeds.questions(found.changes, job.repository, job.taxonomy.root)
        found.page = f"## What is new\n\n{block(changes.to_text(found.changes, named))}"
        if not walked.note:
            pipeline.walk(job, first="plan", last="plan", force=True)
            found.plan = read_json(job.run / "plan.json")
            found.page += f"\n\n## What it will cost\n\n{block(plan.to_text(found.plan, found.changes))}"
    except LabciError as error:
        found.error = error
        found.page += f"\n\n## Not to be told yet\n\n{block(_told(error))}"
    return found


def _told(error: LabciError) -> str:
    return "\n".join(filter(None, [error.message, error.hint]))


def _leave(place: Workplace, checked: list[Checked], estimate: Estimate, guarded: list[str]) -> None:
    problem = _told(estimate.error) if estimate.error else ""
    root = place.config.taxonomy.strip("/")
    value = outcome.of(
        checked, root=root, changes=estimate.changes, plan=estimate.plan, problem=problem,
        suggestions=mending.suggestions(place, checked), protected=guarded,
    )  # fmt: skip
    write_json(place.repository.root / outcome.FOLDER / outcome.NAME, value)


def _page(pull: PullRequest, table: str, estimate: str) -> str:
    return f"## Lint\n\n{table}\n\n{estimate}\n\nThe same on your machine:\n\n{block(local(pull.number))}\n"
