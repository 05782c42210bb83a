"""Fetching one commit of another repository, from real ones on disk and a real server on loopback."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci.errors import OutsideError, UsageError
from labci.git import Repository, fetch_blobs, fetch_commit
from tests.conftest import git
from tests.git.make import commit, repository
from tests.git.server import serving

FILE = ("file",)


@pytest.fixture
def remote(tmp_path: Path) -> Repository:
    repo = repository(tmp_path / "remote", {"docs/a.md": "one"})
    commit(repo, {"docs/a.md": "two"})
    commit(repo, {"docs/a.md": "three"})
    return repo


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_an_inner_commit_comes_without_its_history(remote: Repository, tmp_path: Path, form: str) -> None:
    sha, parent = remote.resolve("main~1"), remote.resolve("main~2")
    found = fetch_commit(form.format(remote.root), sha, tmp_path / "cache", FILE)
    assert found.bare
    assert found.tree(sha).read("docs/a.md") == b"two"
    with pytest.raises(UsageError):
        found.resolve(parent)


def test_only_the_files_that_are_asked_for_come(remote: Repository, tmp_path: Path) -> None:
    """From a server that can leave files out; the others, further up, send all."""
    remote.git.run("config", "uploadpack.allowFilter", "true")
    noise = os.urandom(300_000)
    sha = commit(remote, {"big.bin": noise, "docs/b.md": "B"})
    url = f"file://{tmp_path / 'remote'}"
    found = fetch_commit(url, sha, tmp_path / "cache", FILE)
    tree = found.tree(sha)
    wanted = {entry.path: entry.blob for entry in tree.entries("docs")}
    assert sum(file.stat().st_size for file in found.root.rglob("*") if file.is_file()) < len(noise)
    fetch_blobs(found, url, sha, wanted.values())
    assert {path: tree.read(path) for path in wanted} == {"docs/a.md": b"three", "docs/b.md": b"B"}
    assert sum(file.stat().st_size for file in found.root.rglob("*") if file.is_file()) < len(noise)
    remote.root.rename(tmp_path / "gone")
    fetch_blobs(found, url, sha, wanted.values())  # they are here: nothing is asked for
    with pytest.raises(OutsideError):
        fetch_blobs(found, url, sha, [tree.blob("big.bin") or ""])


def test_a_repository_with_sha256(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "-b", "main", "remote")
    sha = commit(Repository.open(tmp_path / "remote"), {"docs/a.md": "one"})
    assert len(sha) == 64
    found = fetch_commit(str(tmp_path / "remote"), sha, tmp_path / "cache", FILE)
    assert [entry.path for entry in found.tree(sha).entries()] == ["docs/a.md"]
    assert found.tree(sha).read("docs/a.md") == b"one"


def test_it_is_fetched_once(remote: Repository, tmp_path: Path) -> None:
    sha = remote.resolve("main")
    first = fetch_commit(str(remote.root), sha, tmp_path / "cache", FILE)
    remote.root.rename(tmp_path / "gone")
    again = fetch_commit(str(tmp_path / "remote"), sha, tmp_path / "cache", FILE)
    assert again.root == first.root
    assert again.tree(sha).read("docs/a.md") == b"three"


@pytest.fixture
def server(remote: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    remote.git.run("update-server-info")
    with serving(tmp_path / "remote", tmp_path / "keys") as (url, certificate):
        monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["smart", "dumb"])
def test_servers_that_give_branches_only(server: str, remote: Repository, tmp_path: Path, kind: str) -> None:
    """Protocol 0 and plain file servers refuse an inner commit; everything is fetched then."""
    sha = remote.resolve("main~1")
    found = fetch_commit(f"{server}/{kind}/.git", sha, tmp_path / "cache")
    assert found.tree(sha).read("docs/a.md") == b"two"


def test_a_redirect_is_not_followed(server: str, remote: Repository, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="redirects"):
        fetch_commit(f"{server}/moved/.git", remote.resolve("main"), tmp_path / "cache")


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A credential helper of this machine; gives the file that it leaves behind when it is asked."""
    script, asked, config = tmp_path / "helper", tmp_path / "asked", tmp_path / "gitconfig"
    script.write_text(f"#!/bin/sh\ntouch {asked}\necho username=ada\necho 'password=open sesame'\n")
    script.chmod(0o755)
    config.write_text(f"[credential]\n\thelper = {script}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("private", [(), ("{}/other",), ("{}/priv",), ("https://example.org/private",)])
def test_a_private_repository_is_not_read_with_this_machines_credentials(
    server: str, remote: Repository, tmp_path: Path, helper: Path, private: tuple[str, ...]
) -> None:
    places = [place.format(server) for place in private]
    with pytest.raises(OutsideError, match="without a login") as caught:
        fetch_commit(f"{server}/private/.git", remote.resolve("main"), tmp_path / "cache", private=places)
    assert not helper.exists()
    assert "documents.private" in caught.value.hint


@pytest.mark.slow
@pytest.mark.parametrize("place", ["{}/private/.git", "{}/private", "{}/private/"])
def test_but_is_where_a_maintainer_names_it(
    server: str, remote: Repository, tmp_path: Path, helper: Path, place: str
) -> None:
    places = [place.format(server)]
    found = fetch_commit(f"{server}/private/.git", remote.resolve("main"), tmp_path / "cache", private=places)
    assert found.tree(remote.resolve("main")).read("docs/a.md") == b"three"
    assert helper.exists()


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("{}", ("https",)),
        ("file://{}", ("https", "ssh")),
        ("http://127.0.0.1/x", ("https", "http")),
        ("git@example.org:x/y.git", ("https",)),
        ("ssh://example.org/x", ("https",)),
        ("ext::sh -c touch% {}/pwned", ("https", "file", "ext::")),
        ("--upload-pack=touch pwned", FILE),
        ("https://user:secret@example.org/x", ("https",)),
        ("", FILE),
    ],
)
def test_urls_that_are_refused(remote: Repository, tmp_path: Path, url: str, allow: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        fetch_commit(url.format(remote.root), remote.resolve("main"), tmp_path / "cache", allow)
    assert "secret" not in caught.value.message
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("commit_id", ["main", "HEAD", "a" * 39, "A" * 40, "-" + "a" * 39])
def test_only_a_full_commit_id_will_do(remote: Repository, tmp_path: Path, commit_id: str) -> None:
    with pytest.raises(UsageError, match="full commit id"):
        fetch_commit(str(remote.root), commit_id, tmp_path / "cache", FILE)


def test_a_commit_that_is_not_there(remote: Repository, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="is not in"):
        fetch_commit(str(remote.root), "0" * 39 + "1", tmp_path / "cache", FILE)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_blob_is_no_commit(remote: Repository, tmp_path: Path) -> None:
    blob = remote.tree("main").blob("docs/a.md")
    assert blob is not None
    with pytest.raises(OutsideError, match="is not in"):
        fetch_commit(str(remote.root), blob, tmp_path / "cache", FILE)


def test_no_network_and_no_repository(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="can't be reached") as caught:
        fetch_commit("https://127.0.0.1:9/x", "a" * 40, tmp_path / "cache")
    assert caught.value.exit_code == 5
    with pytest.raises(OutsideError, match="not there"):
        fetch_commit(str(tmp_path / "nothing"), "a" * 40, tmp_path / "cache", FILE)


def test_limits_of_size_and_time(remote: Repository, tmp_path: Path) -> None:
    sha = remote.resolve("main")
    with pytest.raises(OutsideError, match="took too long"):
        fetch_commit(str(remote.root), sha, tmp_path / "cache", FILE, max_seconds=-1)
    with pytest.raises(OutsideError, match="over 10 bytes"):
        fetch_commit(str(remote.root), sha, tmp_path / "cache", FILE, max_bytes=10)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("where", ["netrc", "host", "variables"])
def test_no_login_of_this_machine_reads_for_a_stranger(
    server: str, remote: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """libcurl reads ~/.netrc whatever git is told, and a header for one host outlives an empty one for all."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    header = "Authorization: Basic " + base64.b64encode(b"ada:open sesame").decode()
    if where == "netrc":
        (home / ".netrc").write_text('machine 127.0.0.1 login ada password "open sesame"\n')
    elif where == "host":
        (home / ".gitconfig").write_text(f'[http "{server}/"]\n\textraHeader = {header}\n')
    else:
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", f"http.{server}/.extraHeader")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", header)
    url, sha = f"{server}/private/.git", remote.resolve("main")
    with pytest.raises(OutsideError, match="without a login"):
        fetch_commit(url, sha, tmp_path / "cache")
    if where != "netrc":  # it takes no password with a space before libcurl 7.84
        found = fetch_commit(url, sha, tmp_path / "trusted", private=[f"{server}/private"])
        assert found.tree(sha).read("docs/a.md") == b"three"
