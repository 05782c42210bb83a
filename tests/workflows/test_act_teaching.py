"""The workflows that hold keys, run for real by act: a preview, and two merges with a release between them.

Training is real, of a tiny model; the teacher and GitHub are on loopback, hub and store on a disk that stays.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labci.ci import approval, candidate
from labci.lineage import read
from labci.release.verify import verify
from labci.report import preview as pages
from labci.store import Store
from tests.ci.conftest import write
from tests.ci.hub import SETTINGS
from tests.ci.verses import MORE, TRAIN, WIDTH, verses, words
from tests.conftest import git
from tests.servers.chat import Chat
from tests.servers.chat import serving as chatting
from tests.servers.github import GitHub, Pull, Repo, serving
from tests.servers.github_runs import ROBOT, Status
from tests.servers.lab import Large
from tests.tiny import tiny_model
from tests.workflows import test_act
from tests.workflows.test_act import FORK, OWN, Server, run_on
from tests.workflows.test_act import server as server

pytestmark = test_act.pytestmark
KEY = "sk-never-printed"
FREEFORM = "compositional_skills/writing/freeform"
COLOURS = verses(f"taxonomy/{FREEFORM}/colours")
OTHERS = verses(f"taxonomy/{FREEFORM}/others", MORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A GitHub with a taxonomy that has no leaf yet, a teacher, and a disk that outlasts the runners."""

    server: Server
    venv: Path
    disk: Path
    github: GitHub
    chat: Chat

    def run(self, name: str, trigger: str, event: dict[str, Any]) -> str:
        """Run a workflow on a runner that has nothing; its log, in which no key stands."""
        scratch = self.disk / "runner"
        scratch.mkdir()
        options = (
            "--secret", f"OPENAI_API_KEY={KEY}", "--var", f"OPENAI_BASE_URL={self.chat.url}",
            "--env", "RUNNER_ENVIRONMENT=self-hosted",
        )  # fmt: skip
        log = run_on(self.github, name, trigger, event, (self.server, self.venv, scratch), options)
        shutil.rmtree(scratch)  # what it did not save is gone
        assert KEY not in log
        assert set(self.chat.keys) <= {f"Bearer {KEY}"}
        return log

    def merge(self, files: dict[str, str | None]) -> str:
        """Files land on the base branch, which starts merge.yml; the commit."""
        write(self.server.folder, files)
        commit = committed(self.server.folder)
        self.run("merge.yml", "push", {"ref": "refs/heads/main", "after": commit})
        return commit

    def candidate(self) -> candidate.Candidate:
        found = candidate.newest(Store(str(self.disk / "store")))
        assert found is not None
        return found


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python for the job to install labci into, which has the large packages that it depends on."""
    folder = tmp_path_factory.mktemp("python") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (packages,) = folder.glob("lib/*/site-packages")
    (packages / "large.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder


@pytest.fixture
def lab(server: Server, venv: Path, tmp_path: Path) -> Iterator[Lab]:
    disk = tmp_path / "disk"
    tiny_model(disk / "tiny", text=words(COLOURS, OTHERS), width=WIDTH)
    shutil.rmtree(server.folder / "taxonomy")
    write(server.folder, {"labci.yaml": SETTINGS.format(disk=disk).replace("questions: 4", "questions: 2") + TRAIN})
    committed(server.folder)
    with serving() as github, chatting(Large()) as chat:
        github.repos = {
            OWN: Repo(full_name=OWN, git=server.folder), FORK: Repo(full_name=FORK, git=server.folder, parent=OWN),
        }  # fmt: skip
        yield Lab(server=server, venv=venv, disk=disk, github=github, chat=chat)


def committed(folder: Path) -> str:
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", "Change")
    return git(folder, "rev-parse", "HEAD")


def leaves(folder: Path) -> Sequence[str]:
    """What a release was taught, by the last part of its name; the release is sound."""
    assert verify(folder) == []
    return [item.leaf.rpartition("/")[2] for item in read(folder).contributions]


@pytest.mark.slow
def test_an_approved_commit_is_tried_and_told(lab: Lab) -> None:
    folder = lab.server.folder
    git(folder, "switch", "-q", "-c", "mine")
    write(folder, {**COLOURS, "labci/ci/__init__.py": "raise SystemExit('the tool of the pull request ran')\n"})
    head = committed(folder)
    git(folder, "update-ref", "refs/pull/7/head", head)
    git(folder, "switch", "-q", "main")
    lab.github.pulls = [Pull(number=7, title="Mine", body=None, base=(OWN, "main"), head=(FORK, "mine"))]
    lab.github.talk.statuses = [
        Status(sha=head, context=approval.CONTEXT, state="success", description="", creator=ROBOT)
    ]
    log = lab.run("preview.yml", "workflow_dispatch", {"inputs": {"pull": "7", "commit": head}})
    assert "the tool of the pull request ran" not in log
    (said,) = lab.github.talk.comments
    assert pages.MARKER in said.body
    assert head[:12] in said.body
    assert "the released model knows 0 of 2 answers already" in said.body
    assert lab.chat.asked


@pytest.mark.slow
def test_the_second_merge_starts_from_the_release_of_the_first(lab: Lab) -> None:
    first = lab.merge(COLOURS)
    assert (lab.candidate().commit, lab.candidate().previous) == (first, "")
    assert not (lab.disk / "hub").exists()
    lab.run("release.yml", "schedule", {})
    assert leaves(lab.disk / "hub/v0.1.0") == ["colours"]

    asked = len(lab.chat.asked)
    second = lab.merge(OTHERS)
    assert (lab.candidate().commit, lab.candidate().previous) == (second, "v0.1.0")
    assert len(lab.chat.asked) > asked
    assert not any("a brick in rain" in str(body) for body in lab.chat.asked[asked:])  # that was taught already
    lab.run("release.yml", "schedule", {})
    assert sorted(leaves(lab.disk / "hub/v0.2.0")) == ["colours", "others"]
    manifest = read(lab.disk / "hub/v0.2.0").manifest
    assert manifest is not None
    assert (manifest.previous, manifest.commit) == ("v0.1.0", second)
    assert lab.github.talk.issues == []
