"""`labci ci pr`: lint, diff and plan of a pull request whose files are data, never code and never on disk.

Settings come from the base commit, whatever is checked out; of the head, only leaves and documents are read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from labci import config as configs
from labci import pipeline, session
from labci.artifact import read_json, write_json
from labci.ci import event, head, log, outcome
from labci.ci.event import PullRequest
from labci.config import Config
from labci.documents import offline
from labci.errors import ConfigError, LabciError, UsageError
from labci.git import Repository
from labci.lint import exit_code, lint
from labci.lintfile import Checked
from labci.report import changes, plan, seeds
from labci.report.comment import local
from labci.report.diagnostics import Tally, render
from labci.report.excerpt import block
from labci.report.progress import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """The repository, the pull request, the commit where it left the base branch, and a scratch folder."""

    repository: Repository
    pull: PullRequest
    since: str
    scratch: Path


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
        place = _open(folder, environment, Path(scratch))
        config = configs.load(place.scratch / configs.FILE)
        checked = _lint(place, config)
        estimate = _estimate(place)
        table = "\n".join(render("markdown", Tally(checked)))
        log.add_summary(_page(place.pull, table, estimate.page), environment)
        _leave(place, config.taxonomy.strip("/"), checked, estimate)
    tally = Tally(checked)
    log.annotate(render("github", tally))
    if estimate.error is not None and not tally.errors:
        with log.without_commands(environment):  # its message may quote a stranger
            raise estimate.error
    return exit_code(tally.errors, tally.warnings)


def _open(folder: Path, environment: Mapping[str, str], scratch: Path) -> Workplace:
    pull = event.read(environment)
    repository = Repository.open(folder)
    head.fetch(repository, pull, environment)
    since = repository.merge_base(pull.base, pull.head)
    if since is None:
        raise UsageError(
            "the pull request and its base branch have no commit in common",
            hint="check out with fetch-depth: 0",
        )
    settings = repository.tree(pull.base).read(configs.FILE)
    if settings is None:
        raise ConfigError(f"no {configs.FILE} on the base branch", hint="run labci init there first")
    (scratch / configs.FILE).write_bytes(settings)
    profile = configs.profile_file(settings)
    if profile and (text := repository.tree(pull.base).read(profile)) is not None:
        (scratch / profile).parent.mkdir(parents=True, exist_ok=True)
        (scratch / profile).write_bytes(text)
    return Workplace(repository=repository, pull=pull, since=since, scratch=scratch)


def _lint(place: Workplace, config: Config) -> list[Checked]:
    root, sha = config.taxonomy.strip("/"), place.pull.head
    folders = head.changed_folders(place.repository.changed(place.since, sha), root)
    files = place.scratch / "head"
    head.materialise(place.repository, sha, root, folders, files)
    below = [folder.removeprefix(f"{root}/") for folder in folders]
    tree = place.repository.tree(sha)
    documents = partial(offline, source=tree, settings=config.documents, repository=place.repository.root)
    return list(lint(None, root=files, config=config, changed=below, documents=documents, others=tree))


def _estimate(place: Workplace) -> Estimate:
    request = session.Request(
        folder=place.repository.root,
        config=place.scratch / configs.FILE,
        range=f"{place.pull.base}..{place.pull.head}",
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


def _leave(place: Workplace, root: str, checked: list[Checked], estimate: Estimate) -> None:
    problem = _told(estimate.error) if estimate.error else ""
    value = outcome.of(checked, root=root, changes=estimate.changes, plan=estimate.plan, problem=problem)
    write_json(place.repository.root / outcome.FOLDER / outcome.NAME, value)


def _page(pull: PullRequest, table: str, estimate: str) -> str:
    return f"## Lint\n\n{table}\n\n{estimate}\n\nThe same on your machine:\n\n{block(local(pull.number))}\n"
