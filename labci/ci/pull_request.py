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

from labci import config as configs
from labci import pipeline, session
from labci.artifact import read_json
from labci.ci import event, head, log
from labci.ci.event import PullRequest
from labci.documents import offline
from labci.errors import ConfigError, LabciError, UsageError
from labci.git import Repository
from labci.lint import exit_code, lint
from labci.lintfile import Checked
from labci.report import changes, plan, seeds
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


def pull_request(folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Check the pull request of `$GITHUB_EVENT_PATH` in the clone at `folder`; returns lint's exit code.

    Findings go to stdout as annotations, the whole as Markdown to `$GITHUB_STEP_SUMMARY` (stdout without it).
    Raises, after having reported, the error that kept diff or plan from being made, unless lint explains it.
    """
    environment = os.environ if environment is None else environment
    with log.without_commands(environment), tempfile.TemporaryDirectory() as scratch:
        place = _open(folder, environment, Path(scratch))
        checked = _lint(place)
        estimate, error = _estimate(place)
        table = "\n".join(render("markdown", Tally(checked)))
        log.add_summary(_page(place.pull, table, estimate), environment)
    tally = Tally(checked)
    log.annotate(render("github", tally))
    if error is not None and not tally.errors:
        with log.without_commands(environment):  # its message may quote a stranger
            raise error
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


def _lint(place: Workplace) -> list[Checked]:
    config = configs.load(place.scratch / configs.FILE)
    root, sha = config.taxonomy.strip("/"), place.pull.head
    folders = head.changed_folders(place.repository.changed(place.since, sha), root)
    files = place.scratch / "head"
    head.materialise(place.repository, sha, root, folders, files)
    below = [folder.removeprefix(f"{root}/") for folder in folders]
    tree = place.repository.tree(sha)
    documents = partial(offline, source=tree, settings=config.documents, repository=place.repository.root)
    return list(lint(None, root=files, config=config, changed=below, documents=documents, others=tree))


def _estimate(place: Workplace) -> tuple[str, LabciError | None]:
    """Diff and plan as Markdown, as far as they can be made, and what kept them from being made."""
    request = session.Request(
        folder=place.repository.root,
        config=place.scratch / configs.FILE,
        range=f"{place.pull.base}..{place.pull.head}",
    )
    parts = []
    try:
        job = session.open_job(session.open_session(request), Plain())
        walked = pipeline.walk(job, first="diff", last="diff", force=True)
        value = read_json(job.run / "changes.json")
        named = seeds.questions(value, job.repository, job.taxonomy.root)
        parts.append(f"## What is new\n\n{block(changes.to_text(value, named))}")
        if not walked.note:
            pipeline.walk(job, first="plan", last="plan", force=True)
            parts.append(f"## What it will cost\n\n{block(plan.to_text(read_json(job.run / 'plan.json'), value))}")
    except LabciError as error:
        text = "\n".join(filter(None, [error.message, error.hint]))
        parts.append(f"## Not to be told yet\n\n{block(text)}")
        return "\n\n".join(parts), error
    return "\n\n".join(parts), None


def _page(pull: PullRequest, table: str, estimate: str) -> str:
    local = f"git fetch origin pull/{pull.number}/head && git switch --detach FETCH_HEAD && labci lint"
    return f"## Lint\n\n{table}\n\n{estimate}\n\nThe same on your machine:\n\n{block(local)}\n"
