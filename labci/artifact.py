"""Files of a run: written atomically, described by a manifest that is written last.

A run folder holds one artifact per stage; `manifest/STAGE.json` says with digests what the stage read and
wrote. A stage is complete when its manifest is there and every digest in it still holds.
"""

from __future__ import annotations

import errno
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from labci import __version__, digest
from labci.errors import OutsideError, UsageError

FORMAT = 1  # of the run folder; a folder of another format is refused, never half-read


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file atomically; the old content stays if the disk is full."""
    with replacing(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """`write_text` of indented JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Stream rows into a file, one JSON object a line, atomically; returns how many."""
    count = 0
    with replacing(path) as file:
        for row in rows:
            count += 1
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
    return count


class WriteError(OutsideError):
    """A file can't be written. reason: as the system says it."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.reason = error.strerror or str(error)
        at = error.filename if error.errno in AT_FOLDER and error.filename else path.parent
        super().__init__(f"can't write {path}: {self.reason}", hint=HINTS.get(error.errno or 0, HINT).format(at=at))


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of a disk, a quota, and a process that may write no more
AT_FOLDER = (errno.EEXIST, errno.ENOTDIR)  # something else is where a folder is to be
HINT = "check the disk and the folder {at}, then run the same command"
HINTS = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "let yourself write to {at}, then run the same command"),
    errno.EROFS: "{at} is on a disk that can only be read: work where you can write",
    errno.EISDIR: "a folder of its name is in {at}: move it away, then run the same command",
    **dict.fromkeys(AT_FOLDER, "{at} is no folder: move it away, then run the same command"),
}


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` only when the block ends well.

    Raises OutsideError for what the system refuses: on a full disk, else a WriteError. Errors of the block that are not
    of this file are its own.
    """
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with _Raw(handle, path) as raw:
            file = io.BufferedWriter(raw)
            yield file
            file.detach()  # flushed, which it is not where the block raised: what that said would be lost
            with _writing(path):
                os.fsync(handle)
        with _writing(path):
            os.chmod(name, 0o644)
            os.replace(name, path)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)


class _Raw(io.FileIO):
    """A file whose writes end in errors that name what was to be written."""

    def __init__(self, handle: int, path: Path) -> None:
        super().__init__(handle, "wb")
        self.path = path

    def write(self, data: Any, /) -> int:
        with _writing(self.path):
            return super().write(data)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise OutsideError(
                f"no space left on the disk while writing {path}", hint="free some space, then run the same command"
            ) from error
        raise WriteError(path, error) from error


def sweep(folder: Path) -> None:
    """Remove what writers that were killed half-way left in a folder. Only for who alone writes there."""
    for path in folder.glob(".*.????????"):  # as `replacing` names them
        path.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """Parsed JSON; a missing or broken file is a UsageError that names it."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path} is missing", hint="run the stage before this one, or: labci run") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not JSON: {error}", hint="delete it and run the stage again") from error


def read_jsonl(path: Path) -> Iterator[Any]:
    """Rows of a JSON Lines file, one at a time."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise UsageError(f"{path}:{number}: not JSON", hint="run the stage again") from error
    except FileNotFoundError as error:
        raise UsageError(f"{path} is missing", hint="run the stage before this one, or: labci run") from error


def digest_of(path: Path) -> str:
    """Digest of a file or of a folder."""
    return digest.of_folder(path) if path.is_dir() else digest.of_file(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """`.labci/runs/ID`: artifacts by name and a manifest per stage."""

    path: Path

    @property
    def id(self) -> str:
        """The run's ID: the folder's name."""
        return self.path.name

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def start(self, about: Mapping[str, Any]) -> None:
        """Create the folder, or check that an existing one is of this format."""
        marker = self.path / "run.json"
        if marker.exists():
            self.check()
            return
        write_json(marker, {"format": FORMAT, "labci": __version__, **about})

    def check(self) -> None:
        """Raise UsageError for a folder that is no run folder, or one of another format."""
        marker = self.path / "run.json"
        if not marker.exists():
            raise UsageError(f"{self.path} is not a run folder", hint="labci run makes one; --run names it")
        found = read_json(marker).get("format")
        if found != FORMAT:
            raise UsageError(
                f"{self.path} was written by another version of labci (run format {found}, this one reads {FORMAT})",
                hint="use that version, or start a new run by removing the folder",
            )

    def manifest(self, stage: str) -> dict[str, Any] | None:
        """The manifest of a stage, or None if the stage has not ended."""
        path = self.path / "manifest" / f"{stage}.json"
        return read_json(path) if path.exists() else None

    def is_complete(self, stage: str, *, settings: Mapping[str, Any]) -> bool:
        """Whether a stage has ended with these settings and its inputs and outputs are unchanged."""
        manifest = self.manifest(stage)
        if manifest is None or manifest["settings"] != json.loads(json.dumps(settings)):
            return False
        files = {**manifest["inputs"], **manifest["outputs"]}
        return all((self.path / name).exists() and digest_of(self.path / name) == sha for name, sha in files.items())

    def finish(
        self,
        stage: str,
        *,
        inputs: Iterable[str],
        outputs: Iterable[str],
        settings: Mapping[str, Any],
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the stage's manifest, last of all."""
        value = {
            "stage": stage,
            "labci": __version__,
            "settings": settings,
            "inputs": {name: digest_of(self.path / name) for name in inputs},
            "outputs": {name: digest_of(self.path / name) for name in outputs},
            "facts": facts or {},
        }
        write_json(self.path / "manifest" / f"{stage}.json", value)
