"""The workflows, read as files: two linters, and the project's own rules for them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from labci import __version__
from labci.cli.ci import app as ci

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "labci/contribute/templates/workflows"
OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS = [*OWN, *sorted(TEMPLATES.glob("*.yml"))]
LINTERS = {"zizmor": ("zizmor", "--offline", "--pedantic"), "actionlint": ("actionlint",)}

INSTALL = {
    "the tool of the base branch": "python -m pip install --constraint constraints.txt .",
    "the tool of a release": f"python -m pip install labci=={__version__}",
}

INSTALL_ALL = {
    "the tool of the base branch": 'python -m pip install --constraint constraints.txt ".[all]"',
    "the tool of a release": f'python -m pip install "labci[all]=={__version__}"',
}

# Of jobs that have more than the right to read the code.
RIGHTS = {
    "comment.yml": {"contents": "read", "actions": "read", "pull-requests": "write", "checks": "write"},
    "command.yml": {"contents": "read", "actions": "write", "pull-requests": "write", "statuses": "write"},
    "preview.yml": {"contents": "read", "statuses": "read", "pull-requests": "write"},
    "merge.yml": {"contents": "read", "issues": "write"},
    "release.yml": {"contents": "read", "id-token": "write"},
}
MINUTES = {"merge.yml": 350}  # training takes its time; others end within 90
TRUSTED = {
    "preview.yml": "preview",
    "merge.yml": "training",
    "release.yml": "release",
}  # what may hold secrets, and its environment
FOR_TAXONOMIES = ("pr.yml", "comment.yml", "command.yml", *TRUSTED)  # what `labci init` writes, too

BAD = """\
on: pull_request_target
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo ${{ github.event.pull_request.title }} ${{ unknown.context }}
"""


def lint(tool: str, file: Path) -> subprocess.CompletedProcess[str]:
    name, *options = LINTERS[tool]
    command = [Path(sys.executable).parent / name, *options, file]
    return subprocess.run(command, capture_output=True, text=True, cwd=file.parent)


def load(file: Path) -> dict[Any, Any]:
    value: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return value


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in load(file)["jobs"].values() for step in job["steps"]]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_there_are_workflows() -> None:
    assert {file.name for file in OWN} >= {"pr.yml", "test.yml"}


@pytest.mark.parametrize("tool", LINTERS)
@pytest.mark.parametrize("file", WORKFLOWS, ids=relative)
def test_linters_find_nothing(tool: str, file: Path) -> None:
    done = lint(tool, file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tool", LINTERS)
def test_linters_see_a_bad_workflow(tool: str, tmp_path: Path) -> None:
    file = tmp_path / ".github/workflows/bad.yml"
    file.parent.mkdir(parents=True)
    file.write_text(BAD)
    assert lint(tool, file).returncode != 0


@pytest.mark.parametrize("file", WORKFLOWS, ids=relative)
def test_actions_are_pinned_by_commit(file: Path) -> None:
    used = [line for line in file.read_text("utf-8").splitlines() if re.search(r"\buses:", line)]
    assert used
    for line in used:
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("file", WORKFLOWS, ids=relative)
def test_rights_are_none_at_the_top_and_the_least_below(file: Path) -> None:
    workflow = load(file)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert "pull_request_target" not in triggers
    for job in workflow["jobs"].values():
        assert job["permissions"] == RIGHTS.get(file.name, {"contents": "read"})
        assert job["timeout-minutes"] <= MINUTES.get(file.name, 90)


@pytest.mark.parametrize("file", WORKFLOWS, ids=relative)
def test_checkouts_keep_no_credentials(file: Path) -> None:
    checkouts = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize(
    "file", [folder / name for folder in (OWN[0].parent, TEMPLATES) for name in FOR_TAXONOMIES], ids=relative
)
def test_workflows_run_one_labci_command_a_step(file: Path) -> None:
    install, *commands = [step["run"] for step in steps(file) if "run" in step]
    assert install in (INSTALL_ALL if file.name in TRUSTED else INSTALL).values()
    assert commands
    for command in commands:
        assert re.fullmatch(r"labci ci [a-z-]+", command), command
        assert command.removeprefix("labci ci ") in {found.name for found in ci.registered_commands}


def test_pull_requests_check_out_the_base_and_hold_no_secret() -> None:
    for file in (ROOT / ".github/workflows/pr.yml", TEMPLATES / "pr.yml"):
        (checkout,) = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]
        assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
        text = file.read_text("utf-8")
        assert "secrets." not in text
        assert "head" not in text  # nothing of the head is checked out, named or run


@pytest.mark.parametrize(("name", "trigger"), [("comment.yml", "workflow_run"), ("command.yml", "issue_comment")])
def test_what_may_write_checks_out_the_default_branch_and_downloads_nothing(name: str, trigger: str) -> None:
    for file in (OWN[0].parent / name, TEMPLATES / name):
        used = {step["uses"].partition("@")[0]: step.get("with", {}) for step in steps(file) if "uses" in step}
        assert set(used) == {"actions/checkout", "actions/setup-python"}
        assert "ref" not in used["actions/checkout"]
        assert list(load(file)[True]) == [trigger]
        workflows = load(file)[True][trigger].get("workflows")
        assert workflows in (None, [load(file.parent / "pr.yml")["name"]])


@pytest.mark.parametrize("file", WORKFLOWS, ids=relative)
def test_secrets_are_in_protected_environments_and_in_the_last_step_only(file: Path) -> None:
    for job in load(file)["jobs"].values():
        assert job.get("environment") == TRUSTED.get(file.name)
        *before, last = job["steps"]
        assert "secrets." not in str(before)
        assert ("secrets." in str(last)) == (file.name in TRUSTED)


@pytest.mark.parametrize("name", TRUSTED)
def test_what_holds_secrets_is_never_started_by_a_pull_request(name: str) -> None:
    for file in (OWN[0].parent / name, TEMPLATES / name):
        assert set(load(file)[True]) <= {"push", "schedule", "workflow_dispatch"}


@pytest.mark.parametrize("name", FOR_TAXONOMIES)
def test_the_template_differs_only_in_where_labci_comes_from(name: str) -> None:
    own = (ROOT / ".github/workflows" / name).read_text("utf-8")
    from_base, from_release = (INSTALL_ALL if name in TRUSTED else INSTALL).values()
    assert own.count(from_base) == 1
    assert (TEMPLATES / name).read_text("utf-8") == own.replace(from_base, from_release)
