"""The folder hub: versions, races, kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labci import lineage
from labci.errors import OutsideError, UsageError
from labci.hubs import Conflict, next_version, open_hub, order
from labci.hubs.folder import FolderHub
from tests.hubs.make import small

ROOT = Path(__file__).parents[2]


def published(hub: FolderHub, folder: Path, version: str, text: str = "w") -> None:
    previous = hub.latest() or ""
    hub.publish(folder, small(folder, version, previous=previous, text=text), previous)


def test_publish_list_fetch(tmp_path: Path) -> None:
    hub = open_hub("folder:models", tmp_path)
    assert isinstance(hub, FolderHub)
    assert (hub.latest(), list(hub.list())) == (None, [])
    for number in (1, 2, 10):
        published(hub, tmp_path / f"r{number}", f"v0.{number}.0")
    assert list(hub.list()) == ["v0.1.0", "v0.2.0", "v0.10.0"]
    assert (tmp_path / "models" / "latest").read_text() == "v0.10.0\n"
    plain = hub.fetch("v0.2.0")
    assert plain == tmp_path / "models" / "v0.2.0"
    assert not any(path.is_symlink() for path in plain.rglob("*"))
    copy = hub.fetch("v0.2.0", tmp_path / "copy")
    assert lineage.read(copy).manifest == lineage.read(plain).manifest
    hub.set_latest("v0.1.0")
    assert hub.latest() == "v0.1.0"
    assert sorted(path.name for path in (tmp_path / "models").iterdir() if not path.name.startswith(".")) == [
        "latest", "v0.1.0", "v0.10.0", "v0.2.0",
    ]  # fmt: skip


def test_small_files_are_read_by_name(tmp_path: Path) -> None:
    hub = FolderHub(tmp_path / "models")
    published(hub, tmp_path / "a", "v0.1.0")
    found = hub.read("v0.1.0", ("config.json", "labci/lineage.jsonl", "labci/none.json", "labci"))
    assert found == {"config.json": (tmp_path / "a" / "config.json").read_bytes(), "labci/lineage.jsonl": b""}
    with pytest.raises(UsageError, match=r"no version v9.0.0"):
        hub.read("v9.0.0", ("config.json",))


def test_conflicts_leave_the_latest(tmp_path: Path) -> None:
    hub = FolderHub(tmp_path / "models")
    published(hub, tmp_path / "a", "v0.1.0")
    made = small(tmp_path / "b", "v0.2.0")
    with pytest.raises(Conflict, match="this release was made from the base model"):
        hub.publish(tmp_path / "b", made, "")
    with pytest.raises(Conflict, match="other content"):
        hub.publish(tmp_path / "c", small(tmp_path / "c", "v0.1.0", text="other"), "")
    assert (hub.latest(), list(hub.list())) == ("v0.1.0", ["v0.1.0"])
    assert hub.publish(tmp_path / "a", small(tmp_path / "a2", "v0.1.0", text="w"), "") == "v0.1.0"


def test_bad_releases_are_refused(tmp_path: Path) -> None:
    hub = FolderHub(tmp_path / "models")
    made = small(tmp_path / "a", "v0.1.0")
    (tmp_path / "a" / "config.json").write_text("{}")
    with pytest.raises(OutsideError, match=r"config.json: sha256 differs"):
        hub.publish(tmp_path / "a", made, "")
    linked = small(tmp_path / "b", "v0.1.0")
    (tmp_path / "b" / "link").symlink_to(tmp_path / "a" / "config.json")
    with pytest.raises(UsageError, match="no plain file"):
        hub.publish(tmp_path / "b", linked, "")
    assert (hub.latest(), list(hub.list())) == (None, [])
    assert not list((tmp_path / "models").glob(".part-*"))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutsideError, match="can't write"):
        published(FolderHub(tmp_path / "file" / "models"), tmp_path / "a", "v0.1.0")


def test_a_broken_latest_says_so(tmp_path: Path) -> None:
    hub = FolderHub(tmp_path / "models")
    published(hub, tmp_path / "a", "v0.1.0")
    (tmp_path / "models" / "latest").write_text("../../etc")
    with pytest.raises(UsageError, match="which is not there"):
        hub.latest()
    hub.set_latest("v0.1.0")
    assert hub.latest() == "v0.1.0"


@pytest.mark.parametrize("url", ["models", "ftp:x", "folder:", "hf:"])
def test_unknown_hubs(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hub"):
        open_hub(url, tmp_path)


def test_versions_in_order() -> None:
    assert next_version([]) == "v0.1.0"
    assert next_version(["v0.9.0", "v0.10.0"]) == "v0.11.0"
    assert order("v1.2.3") == (1, 2, 3)
    with pytest.raises(UsageError):
        order("1.2")


def publisher(folder: Path, hub: Path, version: str, previous: str) -> subprocess.Popen[bytes]:
    code = (
        "import sys; from pathlib import Path; from labci import lineage\n"
        "from labci.hubs.folder import FolderHub\n"
        "folder, hub, previous = Path(sys.argv[1]), FolderHub(Path(sys.argv[2])), sys.argv[3]\n"
        "hub.publish(folder, lineage.read(folder).manifest, previous)\n"
    )
    argv = [sys.executable, "-c", code, str(folder), str(hub), previous]
    return subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)


def test_of_two_publishers_one_wins(tmp_path: Path) -> None:
    hub = FolderHub(tmp_path / "models")
    published(hub, tmp_path / "a", "v0.1.0")
    small(tmp_path / "x", "v0.2.0", previous="v0.1.0", text="x" * 2000)
    small(tmp_path / "y", "v0.2.0", previous="v0.1.0", text="y" * 2000)
    both = [publisher(tmp_path / name, hub.folder, "v0.2.0", "v0.1.0") for name in "xy"]
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum(b"Conflict" in error for error in errors) == 1
    manifest = lineage.read(hub.fetch("v0.2.0")).manifest
    assert manifest is not None
    assert lineage.file_problems(hub.fetch("v0.2.0"), manifest) == []


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.01, 0.02, 0.05])
def test_kill_at_any_point(tmp_path: Path, delay: float) -> None:
    """Killed after the copy began: the old latest holds, and publishing again completes."""
    hub = FolderHub(tmp_path / "models")
    published(hub, tmp_path / "a", "v0.1.0")
    made = small(tmp_path / "b", "v0.2.0", previous="v0.1.0", text="weights" * 5000)  # 35 MB
    process = publisher(tmp_path / "b", hub.folder, "v0.2.0", "v0.1.0")
    while process.poll() is None and not list(hub.folder.glob(".part-*")) and "v0.2.0" not in hub.list():
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert hub.latest() in ("v0.1.0", "v0.2.0")
    for version in hub.list():
        manifest = lineage.read(hub.fetch(version)).manifest
        assert manifest is not None
        assert lineage.file_problems(hub.fetch(version), manifest) == []
    assert hub.publish(tmp_path / "b", made, "v0.1.0") == "v0.2.0"
    assert hub.latest() == "v0.2.0"
    assert not list(hub.folder.glob(".part-*"))
