"""`folder:DIR`: releases as plain model folders `DIR/vX.Y.Z`, and `DIR/latest`, a file with a version.

A version appears by one rename of a checked copy, and `latest` by one replacement of a file, both under a
lock that the system lets go of when the process dies. So a kill at any point leaves the old latest valid, and
what it left behind is swept by the next publication.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labci import artifact, lineage
from labci.errors import OutsideError, UsageError
from labci.hubs import VERSION, Conflict, order, unknown
from labci.lineage import Manifest

PART = ".part-"


class FolderHub:
    """A hub in a folder of this machine, or of a mounted share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def publish(self, folder: Path, manifest: Manifest, expected_previous: str) -> str:
        """See `Hub.publish`."""
        version, target = manifest.version, self.folder / manifest.version
        order(version)
        with self._locked(), _outside(f"publish {version} in {self.folder}"):
            current = self.latest() or ""
            if current not in (expected_previous, version):
                raise _moved(current, expected_previous)
            if target.exists():
                _same(target, folder, version)
            else:
                self._store(folder, manifest, target)
            artifact.write_text(self.folder / "latest", version + "\n")
            _sync(self.folder)
        return version

    def latest(self) -> str | None:
        """See `Hub.latest`."""
        try:
            version = (self.folder / "latest").read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not (VERSION.fullmatch(version) and (self.folder / version).is_dir()):
            hint = "name one that is there: labci releases rollback VERSION"
            raise UsageError(f"{self.folder / 'latest'} names {version!r}, which is not there", hint=hint)
        return version

    def set_latest(self, version: str) -> None:
        """See `Hub.set_latest`."""
        with self._locked(), _outside(f"set the latest version in {self.folder}"):
            if version not in self.list():
                raise unknown(version, self.list())
            artifact.write_text(self.folder / "latest", version + "\n")

    def fetch(self, version: str, into: Path | None = None) -> Path:
        """The version's own folder, or a checked copy of it in `into`."""
        if version not in self.list():
            raise unknown(version, self.list())
        source = self.folder / version
        if into is None:
            return source
        with _outside(f"copy {version} to {into}"):
            _copy(source, into)
        _verified(into, lineage.read(source).manifest)
        return into

    def manifest(self, version: str) -> Manifest:
        """See `Described.manifest`."""
        return Manifest.from_json(artifact.read_json(self.folder / version / lineage.MANIFEST))

    def list(self) -> Sequence[str]:
        """See `Hub.list`."""
        names = [path.name for path in self.folder.glob("v*") if path.is_dir() and VERSION.fullmatch(path.name)]
        return sorted(names, key=order)

    def _store(self, folder: Path, manifest: Manifest, target: Path) -> None:
        """A checked copy beside the target, then one rename."""
        for left in self.folder.glob(f"{PART}*"):
            shutil.rmtree(left, ignore_errors=True)  # of a killed publication: we hold the lock
        part = Path(tempfile.mkdtemp(dir=self.folder, prefix=PART))
        try:
            _copy(folder, part)
            _verified(part, manifest)
            part.chmod(0o755)
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        _sync(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with _outside(f"write to {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _copy(source: Path, target: Path) -> None:
    """Files and folders of `source`, each flushed to the disk; a link is an error, not followed."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UsageError(f"{path} is no plain file", hint="a release holds plain files only")
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as read, place.open("wb") as write:
            shutil.copyfileobj(read, write, 1 << 20)
            write.flush()
            os.fsync(write.fileno())


def _verified(folder: Path, manifest: Manifest | None) -> None:
    problems = lineage.file_problems(folder, manifest) if manifest else ["no manifest"]
    if problems:
        raise OutsideError(f"{folder}: {problems[0]}", hint="run the same command again; check the disk if it recurs")


def _same(target: Path, folder: Path, version: str) -> None:
    """An existing version must be this one, whole."""
    if (target / lineage.MANIFEST).read_bytes() != (folder / lineage.MANIFEST).read_bytes():
        raise Conflict(f"{target} exists with other content", hint="run labci run again: it makes the next version")
    _verified(target, lineage.read(folder).manifest)


def _moved(current: str, expected: str) -> Conflict:
    start = expected or "the base model"
    what = f"the latest version is {current or 'none'}, this release was made from {start}"
    return Conflict(what, hint="somebody published in between; start from what is latest now: labci run --from mix")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _outside(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "check space and permissions; nothing was lost, run the same command again"
        raise OutsideError(f"can't {doing}: {error.strerror or error}", hint=hint) from error
