"""Files that take their place only when all went well."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from labci import artifact


def broken_off(path: Path) -> None:
    with artifact.replacing(path) as file:
        file.write(b"half")
        raise ValueError("the real one")


def test_an_error_of_the_block_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the disk is full by then: what is still in the buffer is not written to tell so."""

    def full(self: object, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(artifact._Raw, "write", full)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match="the real one"):
        broken_off(path)
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_whole_file_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rows.jsonl"
    with artifact.replacing(path) as file:
        file.write(b"all of it")
    assert path.read_bytes() == b"all of it"
    assert path.stat().st_mode & 0o777 == 0o644
