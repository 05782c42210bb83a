"""Files that the system lets nobody write: said with the reason and a next step, and never called a bug of labci."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci.artifact import write_jsonl, write_text
from labci.errors import OutsideError
from tests.conftest import Labci, add_leaf
from tests.pipeline.test_full_disk import NAMESPACE, can_mount

SMALL = """
import resource, sys
from pathlib import Path
from labci.artifact import write_bytes
from labci.errors import OutsideError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    write_bytes(Path(sys.argv[1]), b"x" * int(sys.argv[2]))
except OutsideError as error:
    print(error.message, error.hint, sep="\\n")
"""
READ_ONLY = """
mount -t tmpfs tmpfs .labci && mkdir .labci/runs && mount -o remount,ro .labci || exit 99
exec {python} -m labci diff
"""


def here() -> dict[str, str]:
    """Variables for a process that finds the labci that is tested."""
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


def test_a_file_where_a_folder_is_to_be(tmp_path: Path) -> None:
    write_text(tmp_path / "runs", "a file")
    for path, said in (
        (tmp_path / "runs/one.json", "File exists"),
        (tmp_path / "runs/one/two.json", "Not a directory"),
    ):
        with pytest.raises(OutsideError) as caught:
            write_text(path, "text")
        assert caught.value.message == f"can't write {path}: {said}"
        assert caught.value.hint.endswith("move it away, then run the same command")
        assert str(tmp_path / "runs") in caught.value.hint
    assert (tmp_path / "runs").read_text() == "a file"


def test_a_folder_where_the_file_is_to_be(tmp_path: Path) -> None:
    (tmp_path / "run.json/inside").mkdir(parents=True)
    with pytest.raises(OutsideError, match=r"can't write .*run\.json: Is a directory") as caught:
        write_text(tmp_path / "run.json", "text")
    assert str(tmp_path) in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"], "nothing half is left"


@pytest.mark.skipif(sys.platform != "linux", reason="a folder in which not even root may make a file")
def test_a_folder_that_takes_no_files() -> None:
    with pytest.raises(OutsideError, match=r"can't write /proc/self/run\.json: "):
        write_text(Path("/proc/self/run.json"), "text")


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_file_that_may_not_grow_as_large(tmp_path: Path) -> None:
    """The system refuses the bytes: once when they are written, once when the last of them leave the buffer."""
    path = tmp_path / "samples.jsonl"
    for size in (2_000, 2_000_000):
        done = subprocess.run(
            [sys.executable, "-c", SMALL, str(path), str(size)], env=here(), capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[0] == f"no space left on the disk while writing {path}"
        assert list(tmp_path.iterdir()) == []


def test_an_error_of_something_else_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, int]]:
        yield {"id": 1}
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        write_jsonl(tmp_path / "samples.jsonl", failing())
    assert list(tmp_path.iterdir()) == []


def test_a_command_ends_with_the_reason(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    (repository / ".labci").mkdir()
    (repository / ".labci/runs").write_text("a file")
    ended = labci("-C", repository, "diff")
    assert ended.code == 5
    assert "can't write" in ended.err
    assert "move it away" in ended.err


@pytest.mark.slow
@pytest.mark.skipif(not can_mount(), reason="this system lets no user mount a tmpfs in a namespace")
def test_a_disk_that_can_only_be_read(repository: Path) -> None:
    add_leaf(repository, "dev_press")
    (repository / ".labci").mkdir()
    script = READ_ONLY.format(python=sys.executable)
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", script], cwd=repository, env=here(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 5, done.stderr
    assert "Read-only file system" in done.stderr
    assert "work where you can write" in done.stderr
