"""The GitHub of the tests answers as GitHub describes it.

Takes the file api.github.com.json of the npm package @octokit/openapi, named by `GITHUB_OPENAPI`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import Labci, git
from tests.contribute.world import FORK, World, world, write_leaf

FILE = os.environ.get("GITHUB_OPENAPI", "")
KINDS = {
    "": "", "/pulls": "/pulls", r"/issues/\d+/comments": "/issues/{issue_number}/comments",
    r"/issues/comments/\d+": "/issues/comments/{comment_id}", r"/issues/\d+/labels": "/issues/{issue_number}/labels",
    r"/issues/\d+/labels/.+": "/issues/{issue_number}/labels/{name}", r"/actions/runs/\d+": "/actions/runs/{run_id}",
    r"/actions/runs/\d+/artifacts": "/actions/runs/{run_id}/artifacts",
}  # fmt: skip
pytestmark = pytest.mark.skipif(not FILE, reason="GITHUB_OPENAPI names no description of GitHub's API")


@pytest.fixture
def place(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(repository, monkeypatch) as found:
        yield found


def nullable(value: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is a type of its own there."""
    if isinstance(value, list):
        return [nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: nullable(item) for key, item in value.items() if key != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if value.get("nullable") is True else found


def schema_of(api: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer; references stay, as `api` is its root."""
    repo = r"/repos/[^/]+/[^/]+"
    tail = next((tail for kind, tail in KINDS.items() if re.fullmatch(repo + kind, path)), "/pulls/{pull_number}")
    answers = api["paths"][f"/repos/{{owner}}/{{repo}}{tail}"][method.lower()]["responses"]
    if str(status) not in answers:  # such as a wrong token, which every call may meet
        return {"$ref": "#/components/schemas/basic-error"}
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = api["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return dict(answer["content"]["application/json"]["schema"])


def test_every_answer_has_the_shape_that_github_describes(
    labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add_fork()
    place.add_remote("mine", FORK)
    write_leaf(place.clone)
    for options in (["--base", "next"], ["--remote", "mine"], ["--remote", "mine", "--title", "Better"]):
        if "next" in options:
            git(place.clone, "branch", "next")
        labci("-C", place.clone, "submit", *options)
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    labci("-C", place.clone, "submit", "--remote", "mine")
    answers = {(method, status) for method, _, status, _ in place.hub.answers}
    assert answers == {("GET", 200), ("POST", 422), ("POST", 201), ("PATCH", 200), ("GET", 401)}
    api = nullable(json.loads(Path(FILE).read_text("utf-8")))
    for method, path, status, body in place.hub.answers:
        checker = Draft202012Validator({"components": api["components"], **schema_of(api, method, path, status)})
        problems = [
            f"{method} {path} {status}: {error.json_path} {error.message}" for error in checker.iter_errors(body)
        ]
        assert problems == []
