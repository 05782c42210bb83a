"""Objects of GitHub's REST API, whole as its OpenAPI description has them."""

from __future__ import annotations

from typing import Any

WHEN = "2026-01-02T03:04:05Z"
Json = dict[str, Any]

USER_URLS = "events followers following gists organizations received_events repos starred subscriptions"
REPOSITORY_URLS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments"
    " downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels"
    " languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags"
    " teams trees clone git ssh svn"
)
COUNTS = "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count"
FLAGS = "has_issues has_projects has_wiki has_pages has_downloads has_discussions archived disabled private"
PULL_URLS = "comments commits diff issue patch review_comment review_comments statuses"


def user(api: str, login: str) -> Json:
    """`simple-user`."""
    url = f"{api}/users/{login}"
    fields = {f"{name}_url": f"{url}/{name}" for name in USER_URLS.split()}
    about = {"login": login, "id": 1, "node_id": "U_1", "avatar_url": f"{url}/avatar", "gravatar_id": "", "url": url}
    return fields | about | {"html_url": url, "type": "User", "site_admin": False}


def repository(api: str, full_name: str, parent: Json | None = None, *, full: bool = False) -> Json:
    """`repository`; with `full`, `full-repository`."""
    owner, _, name = full_name.partition("/")
    url = f"{api}/repos/{full_name}"
    value = {f"{field}_url": f"{url}/{field}" for field in REPOSITORY_URLS.split()}
    value |= dict.fromkeys(COUNTS.split(), 0) | dict.fromkeys(FLAGS.split(), False)
    value |= dict.fromkeys(("description", "homepage", "language", "mirror_url", "license"))
    value |= {"id": 2, "node_id": "R_2", "name": name, "full_name": full_name, "owner": user(api, owner), "url": url}
    value |= {"html_url": f"https://github.com/{full_name}", "default_branch": "main", "fork": parent is not None}
    value |= {"created_at": WHEN, "updated_at": WHEN, "pushed_at": WHEN}
    if full:
        value |= {"network_count": 0, "subscribers_count": 0}
        if parent is not None:
            value |= {"parent": parent, "source": parent}
    return value


def pull(api: str, about: Json, *, full: bool) -> Json:
    """`pull-request-simple`; with `full`, `pull-request`. `about` has number, state, title, body, head and base."""
    project = about["base"]["repo"]["full_name"]
    url = f"{api}/repos/{project}/pulls/{about['number']}"
    page = f"https://github.com/{project}/pull/{about['number']}"
    fields = {f"{name}_url": f"{url}/{name}" for name in PULL_URLS.split()}
    names = ("comments", "commits", "statuses", "html", "issue", "review_comments", "review_comment", "self")
    fields |= {"_links": {name: {"href": f"{url}/{name}"} for name in names}, "url": url, "html_url": page}
    fields |= dict.fromkeys(("assignee", "closed_at", "merge_commit_sha", "merged_at", "milestone", "auto_merge"))
    fields |= {"id": 3, "node_id": "PR_3", "labels": [], "locked": False, "created_at": WHEN, "updated_at": WHEN}
    fields |= {"issue_url": f"{api}/repos/{project}/issues/{about['number']}"}
    fields |= {"user": about["head"]["user"], "author_association": "CONTRIBUTOR", **about}
    if full:
        fields |= dict.fromkeys(("additions", "changed_files", "comments", "commits", "deletions"), 0)
        fields |= {"mergeable": None, "mergeable_state": "unknown", "merged": False, "merged_by": None}
        fields |= {"maintainer_can_modify": True, "review_comments": 0}
    return fields


def error(message: str, *errors: Json) -> Json:
    """`validation-error`, or `basic-error` without errors."""
    return {"message": message, "documentation_url": "https://docs.github.com/rest"} | (
        {"errors": list(errors)} if errors else {}
    )


def comment(url: str, number: int, pull: int, author: str, body: str) -> Json:
    """`issue-comment`. url: of the repository."""
    api = url.partition("/repos/")[0]
    about = {"id": number, "node_id": "IC_1", "url": f"{url}/issues/comments/{number}", "body": body}
    about |= {
        "html_url": f"https://github.com/x/pull/{pull}#issuecomment-{number}",
        "issue_url": f"{url}/issues/{pull}",
    }
    about |= {"created_at": WHEN, "updated_at": WHEN, "author_association": "NONE"}
    return about | {"user": user(api, author) | {"type": "Bot" if author.endswith("[bot]") else "User"}}


def issue(url: str, number: int, **fields: Any) -> Json:
    """`issue`."""
    api = url.partition("/repos/")[0]
    page = f"{url}/issues/{number}"
    about = {f"{name}_url": f"{page}/{name}" for name in ("labels", "comments", "events", "html")}
    about |= {"id": 6, "node_id": "I_1", "number": number, "url": page, "repository_url": url, "title": "Mine"}
    about |= {"state": "open", "user": user(api, "eve"), "labels": [], "assignee": None, "milestone": None}
    about |= {"comments": 0, "locked": False, "closed_at": None, "created_at": WHEN, "updated_at": WHEN}
    return about | {"author_association": "NONE", "body": None} | fields


def workflow(url: str, name: str) -> Json:
    """`workflow`."""
    page = f"{url}/actions/workflows/5"
    about = {"id": 5, "node_id": "W_1", "name": "pull request", "path": f".github/workflows/{name}", "state": "active"}
    return about | {"created_at": WHEN, "updated_at": WHEN, "url": page, "html_url": page, "badge_url": page}


def commit(url: str, sha: str) -> Json:
    """`commit`."""
    page, who = f"{url}/commits/{sha}", {"name": "Some One", "email": "one@example.org", "date": WHEN}
    git = {"author": who, "committer": who, "message": "Change", "tree": {"sha": sha, "url": page}, "url": page}
    about = {"sha": sha, "node_id": "C_1", "url": page, "html_url": page, "comments_url": f"{page}/comments"}
    return about | {"commit": git | {"comment_count": 0}, "author": None, "committer": None, "parents": []}


def status(url: str, sha: str, number: int, **fields: Any) -> Json:
    """`status`; with a creator's login as `creator`."""
    api = url.partition("/repos/")[0]
    about = {"id": number, "node_id": "SC_1", "url": f"{url}/statuses/{sha}", "avatar_url": None, "target_url": None}
    return about | {"created_at": WHEN, "updated_at": WHEN} | fields | {"creator": user(api, fields["creator"])}


def label(url: str, name: str) -> Json:
    """`label`."""
    about = {"id": 4, "node_id": "LA_1", "url": f"{url}/labels/{name}", "name": name, "description": ""}
    return about | {"color": "ededed", "default": False}


def run(url: str, about: Any) -> Json:
    """`workflow-run`."""
    api, _, name = url.partition("/repos/")
    page = f"{url}/actions/runs/{about.id}"
    urls = "jobs logs check_suite cancel rerun artifacts workflow"
    value = {f"{field}_url": f"{page}/{field}" for field in urls.split()}
    value |= {"id": about.id, "node_id": "WFR_1", "run_number": 1, "workflow_id": 5, "url": page, "html_url": page}
    value |= {"display_title": "Add a leaf", "event": about.event, "status": "completed", "conclusion": "success"}
    value |= {"head_branch": about.branch, "head_sha": about.sha, "path": ".github/workflows/pr.yml"}
    value |= {"pull_requests": [], "created_at": WHEN, "updated_at": WHEN, "head_commit": None}
    return value | {"repository": repository(api, name), "head_repository": repository(api, about.repository)}


def artifact(url: str, run: str, number: int, name: str, size: int) -> Json:
    """`artifact`."""
    page = f"{url}/actions/artifacts/{run}/{name}"
    about = {"id": number, "node_id": "AR_1", "name": name, "size_in_bytes": size, "url": page, "expired": False}
    return about | {"archive_download_url": f"{page}/zip", "created_at": WHEN, "expires_at": WHEN, "updated_at": WHEN}
