"""A small GitHub on loopback: repositories and forks are bare git repositories, pull requests live in memory.

It answers what the real client asks to find, open and change pull requests, and refuses what GitHub refuses: a head
that isn't there, a second pull request for the same branch, one without commits, a wrong token, too many requests.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers import github_shapes as shapes
from tests.servers.github_lines import Lines, Sides
from tests.servers.github_runs import Talk
from tests.servers.loopback import running

TOKEN = "ghp_loopback0123456789"
Json = dict[str, Any]


@dataclass
class Repo:
    """`git`: the bare repository."""

    full_name: str
    git: Path
    parent: str = ""

    def sha(self, branch: str) -> str:
        """Commit of a branch; "" if there is none."""
        return self._say("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")

    def has(self, sha: str, branch: str) -> bool:
        """Whether a branch holds a commit."""
        done = subprocess.run(["git", "-C", self.git, "merge-base", "--is-ancestor", sha, branch], capture_output=True)
        return done.returncode == 0

    def _say(self, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", self.git, *arguments], capture_output=True, text=True)
        return done.stdout.strip()


@dataclass
class Pull:
    """An open pull request."""

    number: int
    title: str
    body: str | None
    base: tuple[str, str]  # repository, branch
    head: tuple[str, str]
    state: str = "open"


@dataclass
class Trouble:
    """What is answered instead, `times` times, to requests of these methods. after: what was asked for is done, too."""

    status: int
    body: Json | str = field(default_factory=lambda: shapes.error("Trouble"))
    headers: dict[str, str] = field(default_factory=dict)
    methods: str = "GET POST PATCH"
    times: int = 1_000
    after: bool = False


@dataclass
class GitHub:
    """The state, for tests to look at and to change."""

    repos: dict[str, Repo] = field(default_factory=dict)
    pulls: list[Pull] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[tuple[str, str, int, Any]] = field(default_factory=list)  # method, path, status, body
    sent: list[tuple[str, str, Any]] = field(default_factory=list)  # method, path, body of what is to change something
    same: int = 0  # answers of 304
    remaining: int = 5000
    reset: int = field(default_factory=lambda: int(time.time()) + 3600)
    url: str = ""
    talk: Talk = field(default_factory=Talk)
    lines: Lines = field(default_factory=Lines)

    def answer(self, method: str, target: str, body: Json, token: str) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers for a request."""
        for trouble in self.trouble:
            if trouble.times > 0 and method in trouble.methods.split():
                trouble.times -= 1
                if trouble.after:
                    self._answered(method, target, body, token)
                return trouble.status, trouble.body, trouble.headers
        return self._answered(method, target, body, token)

    def _answered(self, method: str, target: str, body: Json, token: str) -> tuple[int, Any, dict[str, str]]:
        if token != TOKEN:
            return 401, shapes.error("Bad credentials"), {}
        if self.remaining <= 0:
            return 403, shapes.error("API rate limit exceeded for user ID 1."), {}
        self.remaining -= 1
        path = urlsplit(target)
        if found := self.talk.answer(method, self.url, unquote(path.path), body):
            return found
        if found := self._beside_lines(method, path.path, body):
            return found
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)(/pulls)?(?:/(\d+))?", path.path)
        repo = next((repo for name, repo in self.repos.items() if match and name.lower() == match[1].lower()), None)
        if match is None or repo is None:
            return 404, shapes.error("Not Found"), {}
        if not match[2]:
            return 200, self._repository(repo.full_name, full=True), {}
        if match[3]:
            return self._one(method, repo, int(match[3]), body)
        if method == "POST":
            return self._create(repo, body)
        query = {name: values[0] for name, values in parse_qs(path.query).items()}
        return 200, [self._pull(pull) for pull in self.pulls if self._listed(pull, repo, query)], {}

    def unless_known(
        self, method: str, status: int, value: Any, headers: dict[str, str], asked: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """The same with an ETag; 304, which counts against no limit, where the client has it already."""
        if method != "GET" or status != 200 or "ETag" in headers:
            return status, value, headers
        etag = f'W/"{hashlib.sha256(json.dumps([value, asked.get("Accept")]).encode()).hexdigest()}"'
        if asked.get("If-None-Match") != etag:
            return status, value, headers | {"ETag": etag}
        self.remaining += 1
        self.same += 1
        return 304, "", headers | {"ETag": etag}

    def _beside_lines(self, method: str, path: str, body: Json) -> tuple[int, Any, dict[str, str]] | None:
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)(/.+)", path)
        url = f"{self.url}/repos/{match[1]}" if match else ""
        if match and (what := re.fullmatch(r"/pulls/(\d+)/(files|comments|reviews)", match[2])):
            pull = next(pull for pull in self.pulls if pull.number == int(what[1]))
            (base, head) = (self.repos[name] for name, _ in (pull.base, pull.head))
            sides = Sides(base.git, head.git, base.sha(pull.base[1]), head.sha(pull.head[1]))
            return self.lines.of_pull(method, url, what[2], body, pull.number, sides, self.talk.login)
        return self.lines.check(method, url, match[2], body) if match else None

    def _repository(self, name: str, *, full: bool = False) -> Json:
        parent = self.repos[name].parent
        return shapes.repository(self.url, name, self._repository(parent) if parent else None, full=full)

    def _side(self, side: tuple[str, str]) -> Json:
        name, branch = side
        owner = name.partition("/")[0]
        value = {"label": f"{owner}:{branch}", "ref": branch, "sha": self.repos[name].sha(branch)}
        return value | {"repo": self._repository(name), "user": shapes.user(self.url, owner)}

    def _pull(self, pull: Pull, *, full: bool = False) -> Json:
        about: Json = {"number": pull.number, "state": pull.state, "title": pull.title, "body": pull.body}
        names = sorted(self.talk.labels.get(pull.number, ()))
        about["labels"] = [shapes.label(f"{self.url}/repos/{pull.base[0]}", name) for name in names]
        return shapes.pull(self.url, about | {"head": self._side(pull.head), "base": self._side(pull.base)}, full=full)

    def _listed(self, pull: Pull, repo: Repo, query: dict[str, str]) -> bool:
        name, branch = pull.head
        label = f"{name.partition('/')[0]}:{branch}"
        return (
            pull.base[0] == repo.full_name
            and query.get("state", "open") in ("all", pull.state)
            and query.get("base", pull.base[1]) == pull.base[1]
            and query.get("head", label) == label
        )

    def _one(self, method: str, repo: Repo, number: int, body: Json) -> tuple[int, Any, dict[str, str]]:
        found = [pull for pull in self.pulls if (pull.base[0], pull.number) == (repo.full_name, number)]
        if not found:
            return 404, shapes.error("Not Found"), {}
        if method == "PATCH":
            found[0].title = body.get("title", found[0].title)
            found[0].body = body.get("body", found[0].body)
        return 200, self._pull(found[0], full=True), {}

    def _create(self, repo: Repo, body: Json) -> tuple[int, Any, dict[str, str]]:
        owner, _, branch = body["head"].rpartition(":")
        name = body.get("head_repo") or repo.full_name.partition("/")[2]
        source = self.repos.get(f"{owner}/{name}", None) if owner else repo
        if source is None and owner:  # a fork may have another name
            source = next((fork for fork in self.repos.values() if fork.full_name.startswith(f"{owner}/")), None)
        sha = source.sha(branch) if source else ""
        if source is None or not sha:
            return self._invalid({"resource": "PullRequest", "field": "head", "code": "invalid"})
        if not repo.sha(body["base"]):
            return self._invalid({"resource": "PullRequest", "field": "base", "code": "invalid"})
        if repo.has(sha, body["base"]):
            return self._refuse(f"No commits between {body['base']} and {body['head']}")
        pull = Pull(
            number=len(self.pulls) + 1, title=body["title"], body=body.get("body"),
            base=(repo.full_name, body["base"]), head=(source.full_name, branch),
        )  # fmt: skip
        if any((old.base, old.head, old.state) == (pull.base, pull.head, "open") for old in self.pulls):
            return self._refuse(f"A pull request already exists for {body['head']}.")
        self.pulls.append(pull)
        return 201, self._pull(pull, full=True), {}

    def _refuse(self, message: str) -> tuple[int, Any, dict[str, str]]:
        return self._invalid({"resource": "PullRequest", "code": "custom", "message": message})

    def _invalid(self, error: Json) -> tuple[int, Any, dict[str, str]]:
        return 422, shapes.error("Validation Failed", error), {}


@contextmanager
def serving() -> Iterator[GitHub]:
    """A running GitHub; its `url` is the GITHUB_API_URL."""
    hub = GitHub()
    with running(_handler(hub)) as url:
        hub.url = f"{url}/api/v3"
        yield hub


def _handler(hub: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            target = self.path.removeprefix("/api/v3")
            token = self.headers.get("Authorization", "").rpartition(" ")[2]
            if target.startswith("/blobs/"):
                self._send(200, hub.talk.blob(target, token), {"Content-Type": "application/zip"})
                return
            hub.requests.append(f"{self.command} {target}")
            if self.command in ("POST", "PATCH"):
                hub.sent.append((self.command, urlsplit(target).path, body))
            status, value, headers = hub.answer(self.command, target, body, token)
            status, value, headers = hub.unless_known(self.command, status, value, headers, self.headers)
            hub.answers.append((self.command, urlsplit(target).path, status, value))
            limits = {
                "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(hub.remaining),
                "X-RateLimit-Reset": str(hub.reset),
            }  # fmt: skip
            data = (value if isinstance(value, str) else json.dumps(value)).encode()
            self._send(status, data, {"Content-Type": "application/json; charset=utf-8", **limits, **headers})

        def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
