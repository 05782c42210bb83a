"""Objects of GitHub's REST API that stand beside lines, whole as its OpenAPI description has them."""

from __future__ import annotations

from typing import Any

from tests.servers.github_shapes import WHEN, user

Json = dict[str, Any]


def file(name: str, status: str, more: Json) -> Json:
    """`diff-entry`."""
    urls = {f"{kind}_url": f"https://github.com/x/{kind}" for kind in ("blob", "raw", "contents")}
    about = {"sha": "0" * 40, "filename": name, "status": status, "additions": 1, "deletions": 0, "changes": 1}
    return about | urls | more


def check_run(url: str, run: Any) -> Json:
    """`check-run`. url: of the repository."""
    page = f"{url}/check-runs/{run.id}"
    output = {"title": run.title, "summary": run.summary, "text": None, "annotations_url": f"{page}/annotations"}
    output["annotations_count"] = len(run.annotations)
    about = {"id": run.id, "node_id": "CR_1", "head_sha": run.sha, "name": run.name, "url": page, "html_url": page}
    about |= {"details_url": page, "status": run.status, "conclusion": run.conclusion, "external_id": run.external_id}
    about |= {"started_at": WHEN, "completed_at": WHEN if run.status == "completed" else None}
    return about | {"check_suite": {"id": 8}, "output": output, "app": _app(url), "pull_requests": []}


def _app(url: str) -> Json:
    about = {"id": 9, "slug": "github-actions", "node_id": "A_1", "name": "GitHub Actions", "description": ""}
    about |= {"owner": user(url.partition("/repos/")[0], "github"), "external_url": "https://help.github.com"}
    about |= {"html_url": "https://github.com/apps/github-actions", "created_at": WHEN, "updated_at": WHEN}
    return about | {"permissions": {"checks": "write"}, "events": []}


def review(url: str, pull: int, about: Json, login: str) -> Json:
    """`pull-request-review`."""
    page = f"{url}/pulls/{pull}"
    links = {"html": {"href": page}, "pull_request": {"href": page}}
    value = {"id": about["id"], "node_id": "PRR_1", "user": user(url.partition("/repos/")[0], login)}
    value |= {"body": about["body"], "state": "COMMENTED", "html_url": page, "pull_request_url": page}
    value |= {"_links": links, "submitted_at": WHEN, "commit_id": about["commit_id"]}
    return value | {"author_association": "NONE"}


def remark(url: str, said: Any) -> Json:
    """`pull-request-review-comment`."""
    page, pull = f"{url}/pulls/comments/{said.id}", f"{url}/pulls/{said.pull}"
    links = {"self": {"href": page}, "html": {"href": page}, "pull_request": {"href": pull}}
    value = {"id": said.id, "node_id": "PRRC_1", "url": page, "html_url": page, "pull_request_url": pull}
    value |= {"pull_request_review_id": said.review, "diff_hunk": "@@", "path": said.path, "body": said.body}
    value |= {"commit_id": said.sha, "original_commit_id": said.sha, "created_at": WHEN, "updated_at": WHEN}
    value |= {"line": said.line, "side": "RIGHT", "start_line": said.start_line, "_links": links}
    return value | {"user": user(url.partition("/repos/")[0], said.author), "author_association": "NONE"}
