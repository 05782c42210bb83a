"""Workflow runs, their artifacts, comments and labels of the GitHub on loopback."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers import github_shapes as shapes

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]
ROBOT = "github-actions[bot]"


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP, as GitHub makes of an artifact."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return data.getvalue()


@dataclass
class Run:
    """A workflow run for a head, and its artifacts by name, as ZIPs."""

    id: int
    repository: str
    branch: str
    sha: str
    event: str = "pull_request"
    failed: bool = True
    artifacts: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Comment:
    """A comment on a pull request."""

    id: int
    pull: int
    author: str
    body: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Issue:
    """An issue that is no pull request."""

    number: int
    author: str
    title: str
    body: str
    labels: list[str]
    state: str = "open"


@dataclass
class Status:
    """A status of a commit."""

    sha: str
    context: str
    state: str
    description: str
    creator: str


@dataclass
class Talk:
    """Comments, labels by pull request, and runs. login: whom the token acts as; a robot may not ask who it is."""

    login: str = ROBOT
    comments: list[Comment] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    labels: dict[int, set[str]] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=dict)  # role by login: admin, maintain, write, triage, read
    reruns: list[str] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    dispatched: list[Json] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)  # tokens that came to the store of artifacts

    def answer(self, method: str, url: str, path: str, body: Json) -> Answer | None:
        """The answer to a request for one of these; None if it is for something else. url: of the API."""
        if path == "/user":
            robot = self.login == ROBOT
            error = shapes.error("Resource not accessible by integration")
            return (403, error, {}) if robot else (200, shapes.user(url, self.login), {})
        if match := re.fullmatch(r"/repos/[^/]+/[^/]+/collaborators/(.+)/permission", path):
            return self._permission(url, match[1])
        if match := re.fullmatch(r"/repos/([^/]+/[^/]+)/issues", path):
            return self._issues(method, f"{url}/repos/{match[1]}", body)
        if match := re.fullmatch(r"/repos/([^/]+/[^/]+)/(commits|statuses)/([0-9a-f]{40})(/statuses)?", path):
            listed = match[2] == "statuses" or bool(match[4])  # an old way, which PyGithub takes
            return self._commit(method, f"{url}/repos/{match[1]}", body, match[3], listed)
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)/(issues|actions)/(.+)", path)
        if not match:
            return None
        ways = {
            r"(\d+)/comments": self._comments, r"comments/(\d+)": self._edit, r"(\d+)/labels(?:/(.+))?": self._labels,
            r"(\d+)": self._issue, r"workflows/([\w.]+)": self._workflow, r"workflows/5/runs": self._runs,
            r"workflows/5/dispatches": self._dispatch,
            r"runs/(\d+)/(rerun(?:-failed-jobs)?)": self._rerun, r"runs/(\d+)": self._run,
            r"runs/(\d+)/artifacts": self._artifacts, r"artifacts/(\d+)/(.+)/zip": self._zip,
        }  # fmt: skip
        for way, found in ways.items():
            if parts := re.fullmatch(way, match[3]):
                return found(method, f"{url}/repos/{match[1]}", body, *parts.groups())
        return None

    def _permission(self, url: str, login: str) -> Answer:
        role = self.permissions.get(login, "none")
        legacy = {"maintain": "write", "triage": "read"}.get(role, role)
        return 200, {"permission": legacy, "role_name": role, "user": shapes.user(url, login) | {"role_name": role}}, {}

    def _issue(self, method: str, url: str, body: Json, number: str) -> Answer:
        found = next((issue for issue in self.issues if issue.number == int(number)), None)
        if found is None:  # of a pull request
            return 200, shapes.issue(url, int(number)), {}
        for name, value in body.items() if method == "PATCH" else ():
            setattr(found, name, value)
        return 200, self._issue_shape(url, found), {}

    def _issues(self, method: str, url: str, body: Json) -> Answer:
        """All that are open: the filter for a label is left to the tests."""
        if method == "GET":
            return 200, [self._issue_shape(url, issue) for issue in self.issues if issue.state == "open"], {}
        found = Issue(number=100 + len(self.issues), author=self.login, **body)
        self.issues.append(found)
        return 201, self._issue_shape(url, found), {}

    def _issue_shape(self, url: str, found: Issue) -> Json:
        api = url.partition("/repos/")[0]
        labels = [shapes.label(url, name) for name in found.labels]
        about = {"title": found.title, "body": found.body, "state": found.state, "labels": labels}
        return shapes.issue(url, found.number, user=shapes.user(api, found.author), **about)

    def _workflow(self, method: str, url: str, body: Json, name: str) -> Answer:
        return 200, shapes.workflow(url, name), {}

    def _commit(self, method: str, url: str, body: Json, sha: str, listed: bool) -> Answer:
        if method == "POST":
            self.statuses.append(Status(sha=sha, creator=self.login, **body))
            return 201, self._status_shapes(url, sha)[0], {}
        return 200, self._status_shapes(url, sha) if listed else shapes.commit(url, sha), {}

    def _status_shapes(self, url: str, sha: str) -> list[Json]:
        """The newest first."""
        found = [(number, item) for number, item in enumerate(self.statuses) if item.sha == sha]
        return [
            shapes.status(
                url, sha, number + 1, context=item.context, state=item.state, description=item.description,
                creator=item.creator,
            )
            for number, item in reversed(found)
        ]  # fmt: skip

    def _dispatch(self, method: str, url: str, body: Json) -> Answer:
        self.dispatched.append(body)
        return 204, "", {}

    def _runs(self, method: str, url: str, body: Json) -> Answer:
        """All of them; the filters of the query are left to the tests."""
        rows = [shapes.run(url, run) for run in self.runs.values()]
        return 200, {"total_count": len(rows), "workflow_runs": rows}, {}

    def _rerun(self, method: str, url: str, body: Json, number: str, how: str) -> Answer:
        if how == "rerun-failed-jobs" and not self.runs[int(number)].failed:
            return 403, shapes.error("This workflow run cannot be retried"), {}
        self.reruns.append(f"{number} {how}")
        return 201, {}, {}

    def _comments(self, method: str, url: str, body: Json, number: str) -> Answer:
        if method == "GET":
            return 200, [self._shape(url, said) for said in self.comments if said.pull == int(number)], {}
        said = Comment(id=len(self.comments) + 1, pull=int(number), author=self.login, body=body["body"])
        self.comments.append(said)
        return 201, self._shape(url, said), {}

    def _edit(self, method: str, url: str, body: Json, number: str) -> Answer:
        said = next((said for said in self.comments if said.id == int(number)), None)
        if said is None:
            return 404, shapes.error("Not Found"), {}
        if said.author != self.login:
            return 403, shapes.error("Must have admin rights to Repository."), {}
        said.body = body["body"]
        return 200, self._shape(url, said), {}

    def _shape(self, url: str, said: Comment) -> Json:
        shape = shapes.comment(url, said.id, said.pull, said.author, said.body)
        return shape | {"created_at": f"{said.created:%Y-%m-%dT%H:%M:%SZ}"}

    def _labels(self, method: str, url: str, body: Json, number: str, name: str | None) -> Answer:
        there = self.labels.setdefault(int(number), set())
        if method == "DELETE":
            if name not in there:
                return 404, shapes.error("Label does not exist"), {}
            there.discard(name)
        if method == "POST":
            there |= set(body["labels"] if isinstance(body, dict) else body)
        return 200, [shapes.label(url, label) for label in sorted(there)], {}

    def _run(self, method: str, url: str, body: Json, number: str) -> Answer:
        run = self.runs.get(int(number))
        return (200, shapes.run(url, run), {}) if run else (404, shapes.error("Not Found"), {})

    def _artifacts(self, method: str, url: str, body: Json, number: str) -> Answer:
        found = enumerate(self.runs[int(number)].artifacts.items(), 1)
        rows = [shapes.artifact(url, number, key, name, len(data)) for key, (name, data) in found]
        return 200, {"total_count": len(rows), "artifacts": rows}, {}

    def _zip(self, method: str, url: str, body: Json, number: str, name: str) -> Answer:
        """Elsewhere, as on GitHub: another host, which knows no tokens."""
        host = url.partition("/api/v3")[0].replace("127.0.0.1", "localhost")
        return 302, "", {"Location": f"{host}/blobs/{number}/{name}"}

    def blob(self, target: str, token: str) -> bytes:
        """An artifact's bytes from the store, which is no part of the API."""
        if token:
            self.leaked.append(token)
        _, _, number, name = target.split("/")
        return self.runs[int(number)].artifacts[name]
