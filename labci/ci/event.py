"""The pull request that a workflow runs for, as GitHub describes it in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci.errors import UsageError
from labci.sha import FULL_SHA

HINT = "this command is for a workflow on pull_request; elsewhere set GITHUB_EVENT_PATH to such an event"
COMMENT_HINT = "this command is for a workflow on issue_comment; elsewhere set GITHUB_EVENT_PATH to such an event"
PREVIEW_HINT = "start the workflow with the number of a pull request and the whole id of its newest commit"
RUN_HINT = "this command is for a workflow on workflow_run; elsewhere set GITHUB_EVENT_PATH to such an event"

NUMBER = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """base: tip of the branch that it goes to. head: the commit that it proposes. Both full commit ids."""

    number: int
    base: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """On an issue, or, where `pull` is true, on the pull request of that number."""

    number: int
    id: int
    author: str
    body: str
    pull: bool


def read(environment: Mapping[str, str]) -> PullRequest:
    """The pull request of `$GITHUB_EVENT_PATH`; nothing else of the event is looked at.

    Raises UsageError if there is no such file, or if it describes no pull request.
    """
    return _pull_request(*_load(environment, HINT))


def read_run(environment: Mapping[str, str]) -> int:
    """Id of the workflow run that `$GITHUB_EVENT_PATH` tells the end of; all else is asked of the API.

    Raises UsageError if there is no such file, or if it describes no run.
    """
    event, name = _load(environment, RUN_HINT)
    try:
        found = event["workflow_run"]["id"]
    except (KeyError, TypeError) as error:
        raise UsageError(f"{name} describes no workflow run", hint=RUN_HINT) from error
    if type(found) is not int or found <= 0:
        raise UsageError(f"{name}: the workflow run's id is malformed", hint=RUN_HINT)
    return found


def read_comment(environment: Mapping[str, str]) -> Comment:
    """The comment of `$GITHUB_EVENT_PATH`. Raises UsageError if there is no such file, or if it describes none."""
    event, name = _load(environment, COMMENT_HINT)
    try:
        said, issue = event["comment"], event["issue"]
        found = Comment(
            number=issue["number"], id=said["id"], author=said["user"]["login"], body=said["body"] or "",
            pull="pull_request" in issue,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise UsageError(f"{name} describes no comment", hint=COMMENT_HINT) from error
    whole = all(type(number) is int and number > 0 for number in (found.number, found.id))
    if not whole or not all(isinstance(text, str) for text in (found.author, found.body)):
        raise UsageError(f"{name}: the comment is malformed", hint=COMMENT_HINT)
    return found


def read_preview(environment: Mapping[str, str]) -> tuple[int, str]:
    """Number and commit that a workflow was dispatched with. UsageError if there is no such file, or it has neither."""
    event, name = _load(environment, PREVIEW_HINT)
    try:
        number, commit = event["inputs"]["pull"], event["inputs"]["commit"]
    except (KeyError, TypeError) as error:
        raise UsageError(f"{name} asks for no preview", hint=PREVIEW_HINT) from error
    if not (isinstance(number, str) and NUMBER.fullmatch(number) and isinstance(commit, str)):
        raise UsageError(f"{name}: the pull request's number is malformed", hint=PREVIEW_HINT)
    if not FULL_SHA.fullmatch(commit):
        raise UsageError(f"{name}: the commit is no whole id", hint=PREVIEW_HINT)
    return int(number), commit


def _load(environment: Mapping[str, str], hint: str) -> tuple[Any, str]:
    name = environment.get("GITHUB_EVENT_PATH", "")
    if not name:
        raise UsageError("GITHUB_EVENT_PATH is not set", hint=hint)
    try:
        return json.loads(Path(name).read_bytes()), name
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} is not an event: {error}", hint=hint) from error


def _pull_request(event: Any, name: str) -> PullRequest:
    try:
        found = event["pull_request"]
        pull = PullRequest(number=found["number"], base=found["base"]["sha"], head=found["head"]["sha"])
    except (KeyError, TypeError) as error:
        raise UsageError(f"{name} describes no pull request", hint=HINT) from error
    whole = type(pull.number) is int and pull.number > 0
    if not whole or not all(isinstance(sha, str) and FULL_SHA.fullmatch(sha) for sha in (pull.base, pull.head)):
        raise UsageError(f"{name}: number or commit ids of the pull request are malformed", hint=HINT)
    return pull
