"""Check runs: findings beside the lines of a commit. Where the token may make none, a commit status says how many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from labci import digest
from labci.forges.github.connection import Connection

if TYPE_CHECKING:
    from github.Commit import Commit

BATCH = 50  # annotations that GitHub takes in one request; each further one adds to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark on a line of a file, as plain text. title: at most 255 characters."""

    path: str
    line: int
    level: Literal["failure", "warning"]
    title: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """As GitHub takes it."""
        about = {"path": self.path, "start_line": self.line, "end_line": self.line, "annotation_level": self.level}
        return {**about, "title": self.title, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is said of a commit. title: one line of plain text. summary: Markdown.

    failed: whether it counts against the commit. One that didn't fail is neutral, never a success: what it tells was
    found on a stranger's behalf.
    """

    name: str
    failed: bool
    title: str
    summary: str
    annotations: tuple[Annotation, ...]


def put(at: Connection, sha: str, check: Check) -> str:
    """Say it of a commit: `check run`, `status`, or "" where it was said before, or there is nothing to say.

    Raises OutsideError, also where the token may make neither.
    """
    from github import GithubException
    from github.GithubException import RateLimitExceededException

    with at.answers.told():
        commit = at.repository.get_commit(sha)
        try:
            return "check run" if _run(at, commit, check) else ""
        except RateLimitExceededException:
            raise
        except GithubException as error:
            if error.status != 403:  # a person's token may not: check runs are for apps, such as GitHub Actions
                raise
        return "status" if _status(commit, check) else ""


def _run(at: Connection, commit: Commit, check: Check) -> bool:
    key = digest.of_json(asdict(check))
    earlier = list(commit.get_check_runs(check_name=check.name))
    said = any(run.external_id == key and run.status == "completed" for run in earlier)
    if said or not (earlier or check.annotations):
        return False
    first, *rest = _requests(check)
    run = at.repository.create_check_run(check.name, commit.sha, external_id=key, **first)
    for request in rest:
        run.edit(**request)
    return True


def _requests(check: Check) -> Iterator[dict[str, Any]]:
    """What to send, one after the other; the last one completes the run, so that a part of it counts for nothing."""
    rows = [item.to_json() for item in check.annotations]
    for start in range(0, len(rows) or 1, BATCH):
        output = {"title": check.title, "summary": check.summary, "annotations": rows[start : start + BATCH]}
        if start + BATCH < len(rows):
            yield {"output": output, "status": "in_progress"}
        else:
            yield {"output": output, "status": "completed", "conclusion": "failure" if check.failed else "neutral"}


def _status(commit: Commit, check: Check) -> bool:
    if not check.annotations and all(item.context != check.name for item in commit.get_statuses()):
        return False
    commit.create_status("failure" if check.failed else "success", description=check.title, context=check.name)
    return True
