"""The real huggingface_hub client against a small Hub on loopback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci import lineage
from labci.errors import OutsideError, UsageError
from labci.hubs import Conflict, open_hub
from labci.hubs.huggingface import HuggingFaceHub
from labci.lineage import Manifest
from labci.release import history
from tests.hubs.make import sealed, small
from tests.release.history import three
from tests.release.make import Maker
from tests.servers.hub import TOKEN, Hub, serving
from tests.tiny import tiny_model

REPO = "team/model"
# huggingface_hub hands an upload to its HTTP library in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # plain LFS, as a hub without Xet has it
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
        yield hub


@pytest.mark.slow
def test_publish_fetch_and_load(server: Hub, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    hub = open_hub(f"hf:{REPO}", tmp_path)
    assert (hub.latest(), list(hub.list())) == (None, [])
    folder = tiny_model(tmp_path / "release")
    (folder / "labci").mkdir()
    (folder / "labci" / "lineage.jsonl").write_text("")
    manifest = sealed(folder, "v0.1.0")
    assert hub.publish(folder, manifest, "") == "v0.1.0"
    assert (hub.latest(), list(hub.list())) == ("v0.1.0", ["v0.1.0"])
    assert server.repos[REPO].lfs == {"model.safetensors"}
    assert any(request.startswith("PUT /lfs/") for request in server.requests)

    fetched = hub.fetch("v0.1.0", tmp_path / "fetched")
    assert lineage.file_problems(fetched, manifest) == []
    server.requests.clear()
    assert isinstance(hub, HuggingFaceHub)
    assert Manifest.from_json(json.loads(hub.read("v0.1.0", (lineage.MANIFEST,))[lineage.MANIFEST])) == manifest
    assert not any("safetensors" in request for request in server.requests)
    assert lineage.read(hub.fetch("v0.1.0")).manifest == manifest
    model = AutoModelForCausalLM.from_pretrained(fetched)
    assert model.config.hidden_size == 32
    assert AutoTokenizer.from_pretrained(fetched).chat_template


@pytest.mark.slow
def test_transformers_loads_a_version_by_its_tag(server: Hub, tmp_path: Path) -> None:
    """In a process of its own: transformers reads HF_ENDPOINT when it is imported."""
    import os
    import subprocess
    import sys

    folder = tiny_model(tmp_path / "release")
    HuggingFaceHub(REPO).publish(folder, sealed(folder, "v0.1.0"), "")
    code = (
        "from transformers import AutoModelForCausalLM as M, AutoTokenizer as T\n"
        f"print(M.from_pretrained({REPO!r}, revision='v0.1.0').num_parameters())\n"
        f"print(len(T.from_pretrained({REPO!r}, revision='v0.1.0')))\n"
    )
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(int(line) > 0 for line in done.stdout.split())


@pytest.mark.slow
def test_versions_roll_back_and_on(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    for number in (1, 2, 10):
        folder, previous = tmp_path / f"v{number}", hub.latest() or ""
        hub.publish(folder, small(folder, f"v0.{number}.0", previous=previous, text=str(number)), previous)
    assert list(hub.list()) == ["v0.1.0", "v0.2.0", "v0.10.0"]
    for version in ("v0.1.0", "v0.2.0", "v0.10.0", "v0.1.0"):
        hub.set_latest(version)
        assert hub.latest() == version
    with pytest.raises(UsageError, match=r"no version v9.0.0"):
        hub.set_latest("v9.0.0")
    with pytest.raises(UsageError, match=r"no version v9.0.0"):
        hub.fetch("v9.0.0")
    folder = tmp_path / "next"
    hub.publish(folder, small(folder, "v0.11.0", previous="v0.1.0", text="next"), "v0.1.0")
    assert hub.latest() == "v0.11.0"


@pytest.mark.slow
def test_small_files_are_read_without_the_weights(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    for number in (1, 2):
        folder, previous = tmp_path / f"v{number}", hub.latest() or ""
        hub.publish(folder, small(folder, f"v0.{number}.0", previous=previous, text=str(number) * 200), previous)
    server.requests.clear()
    names = (lineage.MANIFEST, "labci/none.json")
    for _ in range(2):  # the second time from the cache
        for number in (1, 2):
            found = hub.read(f"v0.{number}.0", names)
            assert found == {lineage.MANIFEST: (tmp_path / f"v{number}" / lineage.MANIFEST).read_bytes()}
    asked = [request for request in server.requests if "/resolve/" in request]
    assert {request.rsplit("/", 1)[-1] for request in asked} == {"manifest.json"}
    assert len([request for request in asked if request.startswith("GET")]) == 2
    with pytest.raises(UsageError, match=r"no version v9.0.0"):
        hub.read("v9.0.0", names)
    assert (hub.fetch("v0.2.0") / "model.safetensors").is_file()  # what was read alone is no whole version


@pytest.mark.slow
def test_the_history_of_releases_is_the_same_as_in_a_folder(server: Hub, tmp_path: Path) -> None:
    local = three(Maker(tmp_path / "repository"))
    hub = HuggingFaceHub(REPO)
    for version in local.list():
        folder = local.fetch(version)
        manifest = lineage.read(folder).manifest
        assert manifest is not None
        hub.publish(folder, manifest, manifest.previous)
    server.requests.clear()
    assert history(hub) == history(local)
    assert not [request for request in server.requests if "safetensors" in request]


@pytest.mark.slow
def test_files_of_the_version_before_are_gone(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    first = tmp_path / "a"
    small(first, "v0.1.0")
    (first / "extra.json").write_text("{}")
    hub.publish(first, sealed_again(first, "v0.1.0"), "")
    hub.publish(tmp_path / "b", small(tmp_path / "b", "v0.2.0", previous="v0.1.0"), "v0.1.0")
    assert not (hub.fetch("v0.2.0", tmp_path / "fetched") / "extra.json").exists()


def sealed_again(folder: Path, version: str) -> lineage.Manifest:
    (folder / lineage.MANIFEST).unlink()
    return sealed(folder, version)


@pytest.mark.slow
def test_another_publisher_in_between(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    hub.publish(tmp_path / "a", small(tmp_path / "a", "v0.1.0"), "")
    later = small(tmp_path / "b", "v0.2.0")
    with pytest.raises(Conflict, match=r"latest version is v0.1.0, this release was made from the base model"):
        hub.publish(tmp_path / "b", later, "")
    server.before_commit = lambda: server.repos[REPO].commit({"theirs.txt": b"x"}) and None
    with pytest.raises(Conflict, match="somebody else"):
        hub.publish(tmp_path / "b", later, "v0.1.0")
    server.before_commit = None
    assert hub.latest() == "v0.1.0"
    hub.publish(tmp_path / "b", later, "v0.1.0")
    with pytest.raises(Conflict, match="another"):
        hub.publish(tmp_path / "c", small(tmp_path / "c", "v0.2.0", text="other"), "v0.1.0")


@pytest.mark.slow
def test_the_same_again_completes(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    manifest = small(tmp_path / "a", "v0.1.0")
    hub.publish(tmp_path / "a", manifest, "")
    del server.repos[REPO].tags["v0.1.0"]  # as if killed before the tag
    assert hub.latest() is None
    hub.publish(tmp_path / "a", manifest, "")
    commits = len(server.repos[REPO].commits)
    hub.publish(tmp_path / "a", manifest, "")
    assert (hub.latest(), len(server.repos[REPO].commits)) == ("v0.1.0", commits)


def test_bytes_that_changed_on_the_way_are_not_tagged(server: Hub, tmp_path: Path) -> None:
    hub = HuggingFaceHub(REPO)
    manifest = small(tmp_path / "a", "v0.1.0")
    (tmp_path / "a" / "config.json").write_text("{}")
    with pytest.raises(OutsideError, match=r"config.json: sha256 differs"):
        hub.publish(tmp_path / "a", manifest, "")
    assert hub.latest() is None


def test_wrong_token_is_told_without_the_token(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong_secret")
    with pytest.raises(OutsideError) as error:
        HuggingFaceHub(REPO).publish(tmp_path / "a", small(tmp_path / "a", "v0.1.0"), "")
    assert "401" in error.value.message
    assert "HF_TOKEN" in error.value.hint
    assert "secret" not in f"{error.value.message} {error.value.hint} {error.value.__cause__}"
    assert error.value.exit_code == 5


def test_no_network(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://user:secret@127.0.0.1:{closed}")
    with pytest.raises(OutsideError, match="no connection") as error:
        HuggingFaceHub(REPO).latest()
    assert "secret" not in error.value.message


@pytest.mark.parametrize("name", ["model", "/model", "team/", "a/b/c", "team/.."])
def test_bad_names(server: Hub, name: str) -> None:
    with pytest.raises(UsageError, match="hf:"):
        HuggingFaceHub(name).latest()
