"""What the GitHub on loopback shows beside the lines of a pull request: its diff, check runs, reviews."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import github_lines_shapes as shapes
from tests.servers.github_shapes import error

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]
MOST = 50  # annotations in one request
LEVELS = ("notice", "warning", "failure")
KINDS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "T": "changed"}


@dataclass
class CheckRun:
    """A check run, with all the annotations that it got."""

    id: int
    name: str
    sha: str
    external_id: str = ""
    status: str = "queued"
    conclusion: str | None = None
    title: str = ""
    summary: str = ""
    annotations: list[Json] = field(default_factory=list)


@dataclass
class Remark:
    """A comment on lines of a pull request; `review` is the number of the review that it is part of."""

    id: int
    pull: int
    review: int
    author: str
    body: str
    path: str
    line: int
    start_line: int | None
    sha: str


@dataclass(frozen=True)
class Sides:
    """Where a pull request's commits are: two repositories, and a commit in each."""

    base_git: Path
    head_git: Path
    base: str
    head: str

    def git(self, *arguments: str) -> str:
        """Output of git in the base repository, which sees the fork's objects, too, as on GitHub."""
        objects = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self._objects())}
        command = ["git", "-C", self.base_git, "diff", "--no-color", "-M", *arguments]
        return subprocess.run(command, env=os.environ | objects, capture_output=True, check=True).stdout.decode()

    def files(self) -> Iterator[Json]:
        """The files that differ, as `diff-entry`s with their patches."""
        parts = iter(self.git("--name-status", "-z", f"{self.base}...{self.head}").split("\0"))
        for kind in parts:
            if not kind:
                return
            old = next(parts) if kind[0] == "R" else ""
            name = next(parts)
            only = [f":(literal){path}" for path in (old, name) if path]
            _, sign, patch = self.git("-U3", f"{self.base}...{self.head}", "--", *only).partition("\n@@")
            more = {"patch": f"@@{patch}".removesuffix("\n")} if sign else {}
            yield shapes.file(name, KINDS[kind[0]], {**more, **({"previous_filename": old} if old else {})})

    def shown(self, path: str) -> list[set[int]]:
        """The lines of a file in the head that the diff shows, a set for each hunk."""
        found = list[set[int]]()
        for file in self.files():
            for row in file.get("patch", "").split("\n") if file["filename"] == path else ():
                if start := re.match(r"@@ -\S+ \+(\d+)", row):
                    number = int(start[1])
                    found.append(set())
                elif not row.startswith(("-", "\\")):
                    found[-1].add(number)
                    number += 1
        return found

    def _objects(self) -> Path:
        plain = self.head_git / "objects"
        return plain if plain.exists() else self.head_git / ".git/objects"


@dataclass
class Lines:
    """Check runs, reviews and their comments. app: whether the token is an app's, as only those make check runs."""

    app: bool = True
    runs: list[CheckRun] = field(default_factory=list)
    reviews: list[Json] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def check(self, method: str, url: str, path: str, body: Json) -> Answer | None:
        """The answer to a request for check runs; None for another one. url: of the repository. path: below it."""
        if match := re.fullmatch(r"/check-runs(?:/(\d+))?", path):
            return self._write(url, body, int(match[1] or 0)) if self.app else _forbidden()
        if match := re.fullmatch(r"/commits/([0-9a-f]{40})/check-runs", path):
            rows = [shapes.check_run(url, run) for run in reversed(self.runs) if run.sha == match[1]]
            return 200, {"total_count": len(rows), "check_runs": rows}, {}
        return None

    def of_pull(self, method: str, url: str, what: str, body: Json, pull: int, sides: Sides, login: str) -> Answer:
        """The answer to a request for the files, the comments on lines, or a new review of a pull request."""
        if what == "files":
            return 200, list(sides.files()), {}
        if what == "comments":
            return 200, [shapes.remark(url, said) for said in self.remarks if said.pull == pull], {}
        if body.get("event") == "COMMENT" and not body.get("body"):
            return _invalid("Body can't be blank")
        for said in body.get("comments", ()):
            wanted = {said["line"], said.get("start_line", said["line"])}
            if not any(wanted <= shown for shown in sides.shown(said["path"])) or said.get("side") != "RIGHT":
                return _invalid("Line could not be resolved")
        return 200, shapes.review(url, pull, self._review(pull, body, login), login), {}

    def _review(self, pull: int, body: Json, login: str) -> Json:
        self.reviews.append(body)
        for said in body.get("comments", ()):
            self.remarks.append(
                Remark(
                    id=len(self.remarks) + 1, pull=pull, review=len(self.reviews), author=login, body=said["body"],
                    path=said["path"], line=said["line"], start_line=said.get("start_line"), sha=body["commit_id"],
                )
            )  # fmt: skip
        return body | {"id": len(self.reviews)}

    def _write(self, url: str, body: Json, number: int) -> Answer:
        output = body.get("output", {})
        rows = output.get("annotations", [])
        if problem := _problem(output, rows):
            return _invalid(problem)
        if not number:
            self.runs.append(CheckRun(id=len(self.runs) + 1, name=body["name"], sha=body["head_sha"]))
        run = self.runs[(number or len(self.runs)) - 1]
        for name in ("external_id", "status", "conclusion"):
            setattr(run, name, body.get(name, getattr(run, name)))
        run.title, run.summary = output.get("title", run.title), output.get("summary", run.summary)
        run.annotations += rows
        return 200 if number else 201, shapes.check_run(url, run), {}


def _problem(output: Json, rows: list[Json]) -> str:
    if output and not (output.get("title") and output.get("summary")):
        return "output needs title and summary"
    if len(rows) > MOST:
        return f"No more than {MOST} annotations are allowed"
    for row in rows:
        if not (row["path"] and row["message"] and 1 <= row["start_line"] <= row["end_line"]):
            return "annotation needs a path, a message and lines"
        if row["annotation_level"] not in LEVELS or len(row.get("title", "")) > 255 or len(row["message"]) > 65_536:
            return "annotation is malformed"
    return ""


def _invalid(message: str) -> Answer:
    return 422, error("Validation Failed", {"resource": "It", "code": "custom", "message": message}), {}


def _forbidden() -> Answer:
    return 403, error("You must authenticate via a GitHub App."), {}
