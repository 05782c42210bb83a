"""Candidates: runs that passed the gate and wait for the next release, beside the content store.

`candidates/ID.json` describes a candidate and is written last: what it names is complete. `candidates/ID.zip` holds
the files of the run folder that its manifests name, so that the release is made from them as if it were here.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from labci import digest
from labci.artifact import RunFolder
from labci.errors import OutsideError
from labci.job import Job
from labci.sha import FULL_SHA
from labci.store import Store

FOLDER = "candidates"
KEPT = 2  # a release may be reading the one before the newest
HINT = "the next labci ci merge makes another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """run: its folder's name. commit: what it was taught up to. previous: the release that it was judged against,
    "" for none. created: ISO 8601 in UTC. sha256: of the archive."""

    run: str
    commit: str
    previous: str
    created: str
    sha256: str


def keep(job: Job) -> Candidate:
    """Store the run of a job, and take away all but the newest candidates. OutsideError if it can't be written."""
    store, name = job.store, job.run.id
    with tempfile.TemporaryDirectory(dir=job.run.path) as scratch, _told("written"):
        archive = Path(scratch) / "run.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
            for path in _files(job.run):
                packed.write(job.run / path, path)
        manifest = job.released.manifest
        found = Candidate(
            run=name, commit=job.head, previous=manifest.version if manifest else "",
            created=datetime.now(UTC).isoformat(timespec="microseconds"), sha256=digest.of_file(archive),
        )  # fmt: skip
        store.files.makedirs(f"{store.root}/{FOLDER}", exist_ok=True)
        store.files.put_file(str(archive), _path(store, f"{name}.zip"))
        store.files.pipe_file(_path(store, f"{name}.json"), json.dumps(asdict(found)).encode())
    forget(store, KEPT)
    return found


def newest(store: Store) -> Candidate | None:
    """The candidate that was kept last; None if there is none."""
    return max(_all(store), key=lambda found: found.created, default=None)


def forget(store: Store, kept: int = 0) -> None:
    """Take away all candidates but the newest ones."""
    found = sorted(_all(store), key=lambda item: item.created, reverse=True)
    with _told("written"):
        for item in found[kept:]:
            store.files.rm_file(_path(store, f"{item.run}.json"))  # first: what it names may go then
            store.files.rm_file(_path(store, f"{item.run}.zip"))


def restore(store: Store, found: Candidate, runs: Path) -> Path:
    """Write a candidate's run folder below `runs`; one that is there is replaced.

    Raises OutsideError if the archive is not the one that was kept.
    """
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=runs) as scratch:
        archive, part = Path(scratch) / "run.zip", Path(scratch) / "run"
        with _told("read"):
            store.files.get_file(_path(store, f"{found.run}.zip"), str(archive))
        if digest.of_file(archive) != found.sha256:
            raise OutsideError(f"candidate {found.run} has changed since it was kept", hint=HINT)
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                _unpack(packed, info, part)
        target = runs / found.run
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    return target


def _files(run: RunFolder) -> Iterator[str]:
    """Paths below the run folder that its manifests name, and the manifests."""
    manifests = sorted((run / "manifest").glob("*.json"))
    yield "run.json"
    yield from (f"manifest/{path.name}" for path in manifests)
    named = (json.loads(path.read_bytes()) for path in manifests)
    for name in sorted({name for value in named for name in (*value["inputs"], *value["outputs"])}):
        top = run / name
        inside = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]
        yield from (path.relative_to(run.path).as_posix() for path in inside)


def _unpack(packed: zipfile.ZipFile, info: zipfile.ZipInfo, into: Path) -> None:
    path = PurePosixPath(info.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename:
        raise OutsideError(f"the candidate holds a file that leads elsewhere: {info.filename!r}", hint=HINT)
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(info) as read, target.open("wb") as write:
        shutil.copyfileobj(read, write, 1 << 20)


def _all(store: Store) -> Iterator[Candidate]:
    with _told("read"):
        store.files.invalidate_cache()
        try:
            names = store.files.ls(f"{store.root}/{FOLDER}", detail=False)
        except FileNotFoundError:
            return
        texts = [bytes(store.files.cat_file(name)) for name in names if str(name).endswith(".json")]
    yield from map(_parse, texts)


def _parse(text: bytes) -> Candidate:
    try:
        found = Candidate(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise OutsideError("a candidate's description can't be read", hint=HINT) from error
    if not (all(isinstance(value, str) for value in asdict(found).values()) and found.run.isalnum()):
        raise OutsideError("a candidate's description is malformed", hint=HINT)
    if not FULL_SHA.fullmatch(found.commit):
        raise OutsideError(f"candidate {found.run} is of no commit", hint=HINT)
    return found


def _path(store: Store, name: str) -> str:
    return f"{store.root}/{FOLDER}/{name}"


@contextmanager
def _told(verb: str) -> Iterator[None]:
    """Errors of the store's files as OutsideError."""
    try:
        yield
    except OSError as error:
        raise OutsideError(
            f"the candidates in the store can't be {verb}: {error.strerror or error}",
            hint="check `store:` and its credentials, then run the job again",
        ) from error
