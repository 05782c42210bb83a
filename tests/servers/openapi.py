"""GitHub's own description of its API, to which is held what is sent, and what the GitHub on loopback answers.

The file is api.github.com.json of the npm package @octokit/openapi, named by `GITHUB_OPENAPI`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FILE = os.environ.get("GITHUB_OPENAPI", "")
REASON = "GITHUB_OPENAPI names no description of GitHub's API"
# Paths as the server gets them, below /repos/OWNER/NAME, and as the description has them.
BELOW = {
    "": "", "/pulls": "/pulls", r"/pulls/\d+": "/pulls/{pull_number}", r"/issues": "/issues",
    r"/pulls/\d+/files": "/pulls/{pull_number}/files", r"/pulls/\d+/reviews": "/pulls/{pull_number}/reviews",
    r"/pulls/\d+/comments": "/pulls/{pull_number}/comments",
    r"/check-runs": "/check-runs", r"/check-runs/\d+": "/check-runs/{check_run_id}",
    r"/commits/\w+/check-runs": "/commits/{ref}/check-runs",
    r"/issues/\d+": "/issues/{issue_number}",
    r"/issues/\d+/comments": "/issues/{issue_number}/comments",
    r"/issues/comments/\d+": "/issues/comments/{comment_id}",
    r"/issues/\d+/labels": "/issues/{issue_number}/labels",
    r"/issues/\d+/labels/.+": "/issues/{issue_number}/labels/{name}",
    r"/actions/runs/\d+": "/actions/runs/{run_id}", r"/actions/runs/\d+/artifacts": "/actions/runs/{run_id}/artifacts",
    r"/actions/runs/\d+/rerun": "/actions/runs/{run_id}/rerun",
    r"/actions/runs/\d+/rerun-failed-jobs": "/actions/runs/{run_id}/rerun-failed-jobs",
    r"/actions/workflows/[\w.]+": "/actions/workflows/{workflow_id}",
    r"/commits/\w+": "/commits/{ref}",
    r"/commits/\w+/statuses": "/commits/{ref}/statuses",
    r"/statuses/\w+": "/statuses/{sha}",
    r"/actions/workflows/\d+/dispatches": "/actions/workflows/{workflow_id}/dispatches",
    r"/actions/workflows/\d+/runs": "/actions/workflows/{workflow_id}/runs",
    r"/collaborators/.+/permission": "/collaborators/{username}/permission",
    r"/actions/artifacts/.+/zip": "/actions/artifacts/{artifact_id}/{archive_format}",
}  # fmt: skip


def problems(answers: Iterable[tuple[str, str, int, Any]]) -> Iterator[str]:
    """What is wrong with answers (method, path, status, body), a line each."""
    api = _nullable(json.loads(Path(FILE).read_text("utf-8")))
    for method, path, status, body in answers:
        if status in (204, 302, 304):
            continue  # no body
        checker = Draft202012Validator({"components": api["components"], **_schema(api, method, path, status)})
        for error in checker.iter_errors(body):
            yield f"{method} {path} {status}: {error.json_path} {error.message}"


def malformed(sent: Iterable[tuple[str, str, Any]]) -> Iterator[str]:
    """What is wrong with what was sent (method, path, body), a line each."""
    api = _nullable(json.loads(Path(FILE).read_text("utf-8")))
    for method, path, body in sent:
        if path.endswith("/labels"):
            continue  # a bare list, as PyGithub sends it, is not described
        about = api["paths"][_described(path)][method.lower()].get("requestBody")
        schema = about["content"]["application/json"]["schema"] if about else {}
        checker = Draft202012Validator({"components": api["components"], **schema})
        for error in checker.iter_errors(body):
            yield f"{method} {path}: {error.json_path} {error.message}"


def _nullable(value: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is a type of its own there."""
    if isinstance(value, list):
        return [_nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _nullable(item) for key, item in value.items() if key != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if value.get("nullable") is True else found


def _schema(api: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer; references stay, as `api` is its root."""
    if method == "GET":  # an old way to ask for the same, which is not described
        path = re.sub(r"/statuses/(\w+)$", r"/commits/\1/statuses", path)
    answers = api["paths"][_described(path)][method.lower()]["responses"]
    if str(status) not in answers:  # such as a wrong token, which every call may meet
        return {"$ref": "#/components/schemas/basic-error"}
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = api["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return dict(answer["content"]["application/json"]["schema"])


def _described(path: str) -> str:
    found = re.fullmatch(r"/repos/[^/]+/[^/]+(.*)", path)
    if not found:
        return path
    tails = [tail for kind, tail in BELOW.items() if re.fullmatch(kind, found[1])]
    return f"/repos/{{owner}}/{{repo}}{tails[0]}"
