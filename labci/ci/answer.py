"""`labci ci command`: answers a `/labci …` comment on a pull request, once, by who wrote it.

What the comment says is data: a verb of `labci.ci.command.VERBS`, an argument that is looked up and never run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from labci import config as configs
from labci.ci import approval, event, outcome
from labci.ci.command import VERBS, Command, may, parse
from labci.ci.event import Comment
from labci.config import CommandSettings
from labci.errors import UsageError
from labci.forges.github.project import Head, Project
from labci.git import Repository
from labci.report import rules
from labci.report.comment import costs
from labci.report.excerpt import block, markdown

WORKFLOW = "pr.yml"  # whose runs are the checks
PREVIEW = "preview.yml"  # which makes previews
GONE = "The repository that this pull request comes from is gone, so there is nothing to look at."
LAST = "The limit is reached: further commands here get no answer for an hour."
EXAMPLE = "/labci explain schema-min-items"
MAX_NAME, MAX_PAGE = 40, 20_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command, the comment that it stands in, who may do what, and the writer's role."""

    command: Command
    comment: Comment
    settings: CommandSettings
    role: str
    project: Project


def command(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Answer the comment of `$GITHUB_EVENT_PATH`; yields what was done, a line each.

    folder: a clone of the default branch, whose labci.yaml says who may do what.
    """
    environment = os.environ if environment is None else environment
    comment = event.read_comment(environment)
    found = parse(comment.body)
    if found is None or not comment.pull:
        yield "no command for labci"
        return
    settings, project = configs.load(_settings(folder)).commands, Project(environment)
    before = project.count_recent(comment.number, "/labci", seconds=3600, until=comment.id)
    if before > settings.per_hour:
        yield f"over the limit of {settings.per_hour} commands an hour"
        return
    if before == settings.per_hour:
        text = LAST
    else:
        role = project.role(comment.author, comment.number)
        asked = Asked(command=found, comment=comment, settings=settings, role=role, project=project)
        text = _answer(asked)
    project.reply(comment.number, text)
    yield f"#{comment.number}: answered /labci {found.verb if found.verb in VERBS else '(unknown)'}"


def _settings(folder: Path) -> Path:
    repository = Repository.open(folder)
    try:
        return repository.root / configs.FILE
    finally:
        repository.close()


def _answer(asked: Asked) -> str:
    verb = asked.command.verb
    if verb not in VERBS:
        return f"I don't know `/labci` {markdown(verb[:MAX_NAME])}. What I know:\n\n{_help(asked)}"
    needed = getattr(asked.settings, verb)
    if not may(asked.role, needed):
        return f"`/labci {verb}` takes the role {needed} here, so nothing was done. What there is:\n\n{_help(asked)}"
    answers = {"help": _help, "explain": _explain, "lint": _again, "retry": _again, "plan": _plan}
    answers |= {"approve": _approve, "preview": _preview}
    return answers[verb](asked)


def _help(asked: Asked) -> str:
    rows = ["| | What it does | Who may |", "|---|---|---|"]
    for verb, does in VERBS.items():
        needed = getattr(asked.settings, verb)
        mark = "" if may(asked.role, needed) else " (not you)"
        rows.append(f"| `/labci {verb}` | {does} | {needed}{mark} |")
    return "\n".join(rows)


def _explain(asked: Asked) -> str:
    name = asked.command.argument
    if not name:
        return f"Which rule? Its name stands in brackets behind each finding:\n\n{block(EXAMPLE)}"
    try:
        return block(rules.explain(name)[:MAX_PAGE])
    except UsageError as error:
        return block("\n".join(filter(None, [error.message, error.hint])))


def _again(asked: Asked) -> str:
    """The checks of the head as it is now, all of them, or for `retry` those that failed."""
    head = asked.project.head(asked.comment.number)
    run = asked.project.newest_run(WORKFLOW, head.sha) if head else None
    if run is None:
        return "No checks have run for the newest commit yet: they start by themselves."
    if not asked.project.rerun(run, failed=asked.command.verb == "retry"):
        return "The checks can't be started again now: they still run, none of them failed, or they are too old."
    return "The checks run again; the comment above follows."


def _approve(asked: Asked) -> str:
    head = asked.project.head(asked.comment.number)
    if head is None:
        return GONE
    return approval.problem(asked.command, head.sha) or _approved(asked, head)


def _approved(asked: Asked, head: Head) -> str:
    approval.give(asked.project, head.sha, asked.comment.author)
    told = f"Commit {head.sha[:12]} may be previewed; a push makes this void. Next:"
    return f"{told}\n\n{block(f'/labci preview {head.sha}')}"


def _preview(asked: Asked) -> str:
    """A preview of the head as it is now. Who may approve does so by naming the commit."""
    number = asked.comment.number
    head = asked.project.head(number)
    if head is None:
        return GONE
    if asked.command.argument and (problem := approval.problem(asked.command, head.sha)):
        return problem
    if asked.command.argument and may(asked.role, asked.settings.approve):
        approval.give(asked.project, head.sha, asked.comment.author)
    elif not approval.given(asked.project, head.sha):
        return approval.missing(head.sha)
    asked.project.dispatch(PREVIEW, {"pull": str(number), "commit": head.sha})
    return f"A preview of commit {head.sha[:12]} is being made; it becomes a comment here."


def _plan(asked: Asked) -> str:
    head = asked.project.head(asked.comment.number)
    value = _outcome(asked.project, head) if head else None
    if value is None:
        return "The checks of the newest commit have left no plan yet; try again when they are done."
    return costs(value)


def _outcome(project: Project, head: Head) -> Mapping[str, object] | None:
    run = project.newest_run(WORKFLOW, head.sha)
    archive = project.artifact(run, outcome.NAME, outcome.MAX_BYTES) if run is not None else None
    return None if archive is None else outcome.from_archive(archive)
