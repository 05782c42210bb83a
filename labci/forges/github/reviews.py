"""Reviews: remarks on lines of a pull request, each once, whatever is pushed after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from labci.forges.github.connection import Connection

if TYPE_CHECKING:
    from github.PullRequest import ReviewComment

MARK = "<!-- labci: suggestion {key} -->"
MARKER = re.compile(MARK.format(key="([0-9a-f]{64})") + r"\s*\Z")
REFUSED = 422  # lines that the diff doesn't show


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Markdown on the lines `line` to `end_line` of a file's new side. key: a digest by which it is known again."""

    path: str
    line: int
    end_line: int
    body: str
    key: str


def keys(at: Connection, number: int) -> set[str]:
    """Of the remarks that this token's owner has made on a pull request, also on lines that are gone."""
    with at.answers.told():
        said = [(MARKER.search(item.body or ""), item) for item in at.pull(number).get_review_comments()]
        return {found[1] for found, item in said if found and item.user and item.user.login == at.login}


def put(at: Connection, number: int, sha: str, body: str, remarks: Sequence[Remark]) -> bool:
    """Make one review, which neither approves nor refuses; whether GitHub took it.

    It doesn't where the head is another commit by now, or where the diff doesn't show a line.
    """
    from github import GithubException

    with at.answers.told():
        pull = at.pull(number)
        if pull.head.sha != sha:
            return False
        try:
            commit = at.repository.get_commit(sha)
            pull.create_review(commit, body=body, event="COMMENT", comments=[_comment(item) for item in remarks])
        except GithubException as error:
            if error.status != REFUSED:
                raise
            return False
        return True


def _comment(remark: Remark) -> ReviewComment:
    place: dict[str, Any] = {"path": remark.path, "line": remark.end_line, "side": "RIGHT"}
    if remark.line < remark.end_line:
        place |= {"start_line": remark.line, "start_side": "RIGHT"}
    return cast("ReviewComment", {**place, "body": f"{remark.body}\n\n{MARK.format(key=remark.key)}"})
