"""One commit of somebody else's repository, fetched bare and once; of its files only those that are asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labci import digest
from labci.errors import LabciError, OutsideError, UsageError
from labci.git.command import Command, unset_settings
from labci.git.repository import Repository
from labci.remote import checked, kind, lies_in, protocols, shown
from labci.sha import FULL_SHA

if TYPE_CHECKING:
    import subprocess

OPTIONS = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
AT_ONCE = 400  # ids in one command
MAX_SECONDS = 600.0
MAX_BYTES = 2 << 30  # of the packs on disk
# Credentials of this machine must not read, for a stranger's leaf, what that stranger can't; unless a maintainer
# says so, for a repository by name.
# No negotiation: what is here says nothing of what is missing of a commit that came without its files.
PLAIN = {"protocol.version": "2", "fetch.negotiationAlgorithm": "noop"}
ANONYMOUS = {"credential.helper": "", "http.extraHeader": "", **PLAIN}
# Nor may what git and libcurl find by themselves: a .netrc, a header or a cookie for one host, a client's certificate.
NOBODY = {
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
ROAD = r"^http\.(proxy|sslcainfo|sslcapath|sslbackend)$"  # how this machine gets out; no credentials


def fetch_commit(
    url: str, commit: str, cache: Path, allow: Sequence[str] = ("https",), *, private: Sequence[str] = (),
    max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES,
) -> Repository:  # fmt: skip
    """A bare repository below `cache` that holds `commit` of `url` without its history, fetched once.

    Where the server can, its files are left out: `fetch_blobs` gets those that are to be read.
    private: what git's own credential helpers are asked for (`labci.remote.lies_in`); nothing else is.
    UsageError: kind of URL not in `allow`, or no full commit id. OutsideError: no network, no such repository
    or commit, over the limits of time or size.
    """
    source = checked(url, allow)
    if not FULL_SHA.fullmatch(commit):
        hint = "write all of its 40 or 64 digits"
        raise UsageError(f"{commit!r} is not a full commit id", hint=hint, at=("document", "commit"))
    folder = cache / f"{digest.of_json([url, commit])[:32]}.git"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=cache, prefix=".fetch."))
        try:
            _fill(_online(part, url, private), source, commit, time.monotonic() + max_seconds, max_bytes)
            _keep(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    # No protocol at all: an object that is missing stays missing.
    return Repository(folder, bare=True, git=Command(folder, settings=ANONYMOUS, protocols="none"))


def fetch_blobs(
    repository: Repository, url: str, commit: str, blobs: Iterable[str], *, private: Sequence[str] = (),
    max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES,
) -> None:  # fmt: skip
    """Get the files of these ids, a few hundred at a time, into what `fetch_commit` gave; errors as there."""
    wanted = sorted(set(blobs) & _missing_blobs(repository.git, commit))
    if not wanted:
        return
    git, until = _online(repository.root, url, private), time.monotonic() + max_seconds
    for start in range(0, len(wanted), AT_ONCE):
        options = (*OPTIONS, "--filter=blob:none", "--", url, *wanted[start : start + AT_ONCE])
        error = _watch(git, options, until, max_bytes, url)
        if error:
            raise _outside(url, commit, error)


def _missing_blobs(git: Command, commit: str) -> set[str]:
    listed = git.line("rev-list", "--objects", "--no-object-names", "--missing=print", "--max-count=1", commit) or ""
    return {line[1:] for line in listed.split() if line.startswith("?")}


def _online(folder: Path, url: str, private: Sequence[str]) -> Command:
    """git that may use the network, and for private places this machine's credentials."""
    allowed = protocols((kind(url),))
    if lies_in(url, private):
        return Command(folder, settings=PLAIN, protocols=allowed)
    if kind(url) == "file":
        return Command(folder, settings=ANONYMOUS, protocols=allowed)
    _, found, _ = Command(folder).try_run("config", "--null", "--get-regexp", ROAD)
    road = dict(item.partition("\n")[::2] for item in found.decode().split("\0") if item)
    return Command(folder, settings={**ANONYMOUS, **road}, protocols=allowed, variables={**NOBODY, **unset_settings()})


def _fill(git: Command, url: str, commit: str, until: float, max_bytes: int) -> None:
    git.run("init", "--quiet", "--bare", "--template=", f"--object-format={'sha1' if len(commit) == 40 else 'sha256'}")
    error = _watch(git, (*OPTIONS, "--depth=1", "--filter=blob:none", "--", url, commit), until, max_bytes, url)
    if error and _says(error, REFUSED):
        git.try_run("config", "--remove-section", f"remote.{url}")  # written for what comes without its files
        error = _watch(git, (*OPTIONS, "--", url, "+refs/*:refs/remote/*"), until, max_bytes, url)
    if error:
        raise _outside(url, commit, error)
    if git.line("cat-file", "-t", commit) != "commit":
        raise _missing(url, commit)
    git.run("update-ref", f"refs/labci/{commit}", commit)


def _watch(git: Command, args: tuple[str, ...], until: float, max_bytes: int, url: str) -> str:
    """Run a fetch, and end it when it takes too long or too much; returns stderr if it failed, else ""."""
    running = git.start(*args, start_new_session=True)
    process = running.proc
    try:
        ended = False
        while not ended:
            ended = process.poll() is not None
            if time.monotonic() > until:
                raise OutsideError(f"{shown(url)} took too long to fetch", hint="try again later")
            if _size(git.folder) > max_bytes:
                hint = "use a smaller repository"
                raise OutsideError(f"{shown(url)} is over {max_bytes:,} bytes", hint=hint)
            if not ended:
                time.sleep(0.02)
        error = str(process.stderr.read().decode("utf-8", "replace"))
        return (error or "no reason given") if process.returncode else ""
    finally:
        _end(process)


def _size(folder: Path) -> int:
    total = 0
    for file in folder.glob("objects/pack/*"):
        with contextlib.suppress(FileNotFoundError):  # git renames what it has finished
            total += file.stat().st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and the helpers that it started: they are a session of their own."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _keep(part: Path, folder: Path) -> None:
    try:
        part.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster, with the same commit
            raise


# What git says, in its own words (it runs with LC_ALL=C).
REFUSED = ("not our ref", "unadvertised object", "couldn't find remote ref", "does not support", "dumb http")
PRIVATE = ("could not read", "authentication", "not found", "not appear to be a git")
UNREACHABLE = ("resolve host", "connect", "timed out", "unable to access", "unreachable")


def _says(error: str, signs: Sequence[str]) -> bool:
    return any(sign in error.lower() for sign in signs)


def _outside(url: str, commit: str, error: str) -> LabciError:
    name = shown(url)
    if _says(error, REFUSED):
        return _missing(url, commit)
    if _says(error, ("redirect", "returned error: 30")):
        return OutsideError(f"{name} redirects to another address", hint="write the address it leads to")
    if _says(error, PRIVATE):
        hint = "open it in a browser without a login; a private one has to be in documents.private of labci.yaml"
        return OutsideError(f"{name} is not there, or can't be read without a login", hint=hint)
    reason = shown(next((line for line in error.splitlines() if line.strip()), "no reason given"))
    what = "can't be reached" if _says(error, UNREACHABLE) else "can't be fetched"
    return OutsideError(f"{name} {what}: {reason}", hint="check network and address, then try again")


def _missing(url: str, commit: str) -> LabciError:
    hint = "check document.commit in qna.yaml"
    return OutsideError(f"commit {commit} is not in {shown(url)}", hint=hint, at=("document", "commit"))
