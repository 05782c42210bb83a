"""A bare repository with labci's hooks: real pushes by git, refused or accepted, and the runs that follow."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labci.ci import install_hooks, queue, work
from labci.errors import UsageError
from labci.git import Repository
from tests.ci.conftest import ATTRIBUTION, GOOD, LEAF, Project, write

OTHER = "taxonomy/compositional_skills/writing/freeform/limericks"
BAD = GOOD.replace("    answer:", "    awnser:")


def push(project: Project, files: dict[str, str | None], branch: str = "main") -> subprocess.CompletedProcess[str]:
    write(project.author, files)
    author = Repository.open(project.author)
    author.commit_all("Change", name="Some One")
    author.close()
    command = ["git", "-C", project.author, "push", project.server, f"HEAD:refs/heads/{branch}"]
    return subprocess.run(command, capture_output=True, text=True)


def tip(project: Project, branch: str = "main") -> str:
    found = Repository.open(project.server)
    try:
        return found.git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}") or ""
    finally:
        found.close()


def leaf(text: str) -> dict[str, str | None]:
    return {f"{OTHER}/qna.yaml": text, f"{OTHER}/attribution.txt": ATTRIBUTION}


@pytest.mark.slow
def test_a_push_with_errors_is_refused_with_their_places(project: Project) -> None:
    list(install_hooks(project.server, run=False))
    done = push(project, leaf(BAD))
    assert done.returncode != 0
    assert f"{OTHER}/qna.yaml:6:5: error schema-unknown-key" in done.stderr, done.stderr
    assert "nothing was pushed" in done.stderr
    assert tip(project) == project.base
    done = push(project, leaf(GOOD.replace("word", "verse")))
    assert done.returncode == 0, done.stderr
    assert tip(project) != project.base


def test_another_branch_is_told_and_accepted(project: Project) -> None:
    list(install_hooks(project.server, run=False))
    done = push(project, leaf(BAD), "draft")
    assert done.returncode == 0, done.stderr
    assert "schema-unknown-key" in done.stderr
    assert tip(project, "draft")


def test_only_what_the_push_changes_is_checked(project: Project) -> None:
    push(project, {f"{LEAF}/qna.yaml": BAD})
    list(install_hooks(project.server, run=False))
    assert push(project, {"README.md": "hello\n"}).returncode == 0


def test_the_settings_are_those_before_the_push(project: Project) -> None:
    list(install_hooks(project.server, run=False))
    done = push(project, {"labci.yaml": "taxonomy: elsewhere\n", **leaf(BAD)})
    assert done.returncode != 0, done.stderr


@pytest.mark.slow
def test_branches_that_go_and_tags_are_let_through(project: Project) -> None:
    list(install_hooks(project.server, run=False))
    push(project, {"README.md": "hello\n"}, "draft")
    for refs in ([":refs/heads/draft"], ["HEAD:refs/tags/v1"]):
        done = subprocess.run(["git", "-C", project.author, "push", project.server, *refs], capture_output=True)
        assert done.returncode == 0, done.stderr


def test_a_new_repository_takes_its_first_push(project: Project, tmp_path: Path) -> None:
    Repository.init(tmp_path / "new.git", bare=True)
    list(install_hooks(tmp_path / "new.git", run=False))
    command = ["git", "-C", project.author, "push", tmp_path / "new.git", "HEAD:refs/heads/main"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "is not checked" in done.stderr


def test_hooks_of_somebody_else_stay(project: Project) -> None:
    other = project.server / "hooks/post-receive"
    other.parent.mkdir(exist_ok=True)
    other.write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(UsageError, match="not labci's"):
        list(install_hooks(project.server))
    assert other.read_text() == "#!/bin/sh\necho mine\n"
    assert not (project.server / "hooks/pre-receive").exists()
    other.unlink()
    assert len(list(install_hooks(project.server))) == len(list(install_hooks(project.server))) == 2
    list(install_hooks(project.server, run=False))
    assert not other.exists()


def test_a_repository_with_files_has_no_such_hooks(project: Project) -> None:
    with pytest.raises(UsageError, match="is not bare"):
        list(install_hooks(project.clone))


def until(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("it took more than a minute")


@pytest.mark.slow
def test_a_push_to_the_base_branch_starts_a_run_of_what_is_new(project: Project) -> None:
    """The run ends early, at a teacher that is not there, as its log says; the push is accepted all the same."""
    push(project, {"labci.yaml": "teacher: recorded:nowhere.jsonl\n"})
    list(install_hooks(project.server))
    done = push(project, {"taxonomy/knowledge/README.md": "hello\n"}, "draft")
    assert "queued" not in done.stderr
    done = push(project, leaf(GOOD.replace("word", "verse")))
    assert f"a run for {tip(project)[:12]} is queued" in done.stderr, done.stderr
    folder = project.server / queue.FOLDER
    until(lambda: not (folder / queue.WANTED).exists())
    log = (folder / queue.LOG).read_text()
    assert log.count("labci run for") == 1
    assert "nowhere.jsonl" in log
    assert (project.server / ".labci/runs").is_dir()


def slow_run(tmp_path: Path) -> Path:
    """A stand-in for the interpreter that `labci run` is started with: notes that it began, waits for leave, ends."""
    script = tmp_path / "python"
    script.write_text(
        f'#!/bin/sh\necho begin >> "{tmp_path}/runs"\nwhile [ ! -e "{tmp_path}/go" ]; do sleep 0.05; done\n'
    )
    script.chmod(0o755)
    return script


def test_pushes_that_come_during_a_run_are_taken_together(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(sys, "executable", str(slow_run(tmp_path)))
    folder = project.server / queue.FOLDER
    folder.mkdir(parents=True)
    (folder / queue.WANTED).write_text("a 1\n")
    worker = threading.Thread(target=work, args=(project.server,))
    worker.start()
    until(lambda: (tmp_path / "runs").exists())
    for number in range(3):
        (folder / queue.WANTED).write_text(f"b {number}\n")
        work(project.server)  # another one goes at once
    (tmp_path / "go").touch()
    worker.join(60)
    assert (tmp_path / "runs").read_text() == "begin\nbegin\n"
    assert not (folder / queue.WANTED).exists()
