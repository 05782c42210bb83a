from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from labci.ci import head
from labci.ci.event import PullRequest
from labci.errors import OutsideError, UsageError
from labci.git import Repository
from labci.node import MAX_BYTES
from tests.ci.conftest import ATTRIBUTION, GOOD, LEAF, Project, skill

OTHER = "taxonomy/knowledge/science/tides"


def pull(project: Project, sha: str, number: int = 7) -> PullRequest:
    return PullRequest(number=number, base=project.base, head=sha)


def materialise(project: Project, sha: str, into: Path) -> dict[str, bytes]:
    clone = Repository.open(project.clone)
    head.fetch(clone, pull(project, sha), {})
    folders = head.changed_folders(clone.changed(project.base, sha), "taxonomy")
    head.materialise(clone, sha, "taxonomy", folders, into)
    return files(into)


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_fetch_gets_the_head_of_a_fork_and_touches_no_file(project: Project) -> None:
    sha = project.propose({f"{LEAF}/qna.yaml": skill(("a?", "b")), "labci.yaml": "taxonomy: elsewhere\n"})
    before = files(project.clone)
    clone = Repository.open(project.clone)
    head.fetch(clone, pull(project, sha), {})
    assert clone.tree(sha).read("labci.yaml") == b"taxonomy: elsewhere\n"
    after = files(project.clone)
    assert {n: d for n, d in after.items() if ".git/" not in n} == {n: d for n, d in before.items() if ".git/" not in n}
    assert after[".git/HEAD"] == before[".git/HEAD"]


def test_fetch_of_what_is_here_needs_no_server(project: Project) -> None:
    clone = Repository.open(project.clone)
    clone.git.run("remote", "set-url", "origin", "/nowhere")
    head.fetch(clone, pull(project, project.base), {})


def test_fetch_says_that_the_head_has_moved(project: Project) -> None:
    old = project.propose({"a.txt": "1"})
    project.propose({"a.txt": "2"})
    with pytest.raises(OutsideError, match="no longer"):
        head.fetch(Repository.open(project.clone), pull(project, old), {})


def test_fetch_without_such_a_pull_request_fails_outside(project: Project) -> None:
    with pytest.raises(OutsideError, match="can't be fetched"):
        head.fetch(Repository.open(project.clone), pull(project, "c" * 40, number=99), {})


def test_the_token_is_shown_to_git_only_and_forgotten(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    sha = project.propose({"a.txt": "1"})
    before = dict(os.environ)
    environment = {"GITHUB_TOKEN": "ghs_secret", "GITHUB_SERVER_URL": "https://github.com"}
    head.fetch(Repository.open(project.clone), pull(project, sha), environment)
    assert dict(os.environ) == before
    assert b"ghs_secret" not in (project.clone / ".git/config").read_bytes()
    assert "ghs_secret" not in "".join(capfd.readouterr())


def test_writes_changed_leaves_whole_and_others_by_name(project: Project, tmp_path: Path) -> None:
    sha = project.propose({f"{OTHER}/qna.yaml": "version: 3\n", f"{OTHER}/attribution.txt": ATTRIBUTION})
    assert materialise(project, sha, tmp_path / "out") == {
        f"{OTHER}/qna.yaml": b"version: 3\n",
        f"{OTHER}/attribution.txt": ATTRIBUTION.encode(),
        f"{LEAF}/qna.yaml": b"",
    }


def test_a_change_beside_qna_yaml_counts_and_a_removed_leaf_does_not(project: Project, tmp_path: Path) -> None:
    sha = project.propose({f"{LEAF}/attribution.txt": "x"})
    assert materialise(project, sha, tmp_path / "one")[f"{LEAF}/qna.yaml"] == GOOD.encode()
    gone = project.propose({f"{LEAF}/attribution.txt": None, f"{LEAF}/qna.yaml": None})
    assert materialise(project, gone, tmp_path / "two") == {}
    assert (tmp_path / "two/taxonomy").is_dir()


def test_links_and_large_files_are_not_followed_or_filled(project: Project, tmp_path: Path) -> None:
    (project.author / OTHER).mkdir(parents=True)
    (project.author / OTHER / "attribution.txt").symlink_to("/etc/passwd")
    sha = project.propose({f"{OTHER}/qna.yaml": "a" * (2 * MAX_BYTES), f"{OTHER}/film.mp4": "b" * 100})
    written = materialise(project, sha, tmp_path / "out")
    found = {name: len(data) for name, data in written.items() if name.startswith(OTHER)}
    assert found == {f"{OTHER}/qna.yaml": MAX_BYTES + 1, f"{OTHER}/film.mp4": 0}


@pytest.mark.parametrize("name", ["..", ".git", "a\\b", "a\nb"])
def test_names_that_lead_elsewhere_are_refused(project: Project, tmp_path: Path, name: str) -> None:
    sha = tree_with(project, f"{OTHER}/{name}/qna.yaml")
    out = tmp_path / "deep/out"
    clone = Repository.open(project.clone)
    with pytest.raises(UsageError, match="harmful name"):
        head.materialise(clone, sha, "taxonomy", [f"{OTHER}/{name}"], out)
    assert files(tmp_path / "deep") == {}


def tree_with(project: Project, path: str) -> str:
    """A commit in the clone with one file under a name that git's own index would refuse."""

    def git(*arguments: str, data: bytes = b"") -> str:
        done = subprocess.run(["git", *arguments], cwd=project.clone, input=data, check=True, capture_output=True)
        return done.stdout.decode().strip()

    sha, mode = git("hash-object", "-w", "--stdin", data=b"version: 3\n"), b"100644"
    for part in reversed(path.split("/")):
        entry = mode + b" " + part.encode() + b"\0" + bytes.fromhex(sha)
        sha, mode = git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=entry), b"40000"
    return git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit-tree", "-m", "x", sha)
