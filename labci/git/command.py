"""Runs git through GitPython: one environment, one way to fail."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labci.errors import LabciError, OutsideError, UsageError
from labci.git.batch import Batch
from labci.remote import shown

if TYPE_CHECKING:
    from git.cmd import Git

# Variables of git that a user may have meant. All others, such as GIT_DIR and GIT_INDEX_FILE, are set by the
# hook or alias that started labci, and would point every call at another repository.
KEPT = (
    "GIT_PYTHON_", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
    "GIT_SSH", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_",
)  # fmt: skip
# Settings that win over every configuration file: a repository may be hostile, and so may its configuration.
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.quotePath": "false",
    "diff.external": "",
    "log.showSignature": "false",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "filter.lfs.smudge": "",
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
    "http.followRedirects": "false",  # a redirect may lead to a private address
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "transfer.fsckObjects": "true",
}
# The empty tree: git knows it in every repository, under the name that its hash gives.
EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
LOCAL_PROTOCOLS = "https:ssh:file"  # what a user's own repository may fetch from


def environment(settings: Mapping[str, str], protocols: str) -> dict[str, str]:
    """Variables for one repository; `protocols` is a colon-separated allow-list."""
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdigit() else 0
    values = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_CONFIG_COUNT": str(first + len(settings)),
    }
    if "GIT_SSH_COMMAND" not in os.environ and "GIT_SSH" not in os.environ:
        values["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    for number, (key, value) in enumerate(settings.items(), first):
        values |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return values


def unset_settings() -> dict[str, str]:
    """Variables that take the place of the settings which this process was given by GIT_CONFIG_KEY_n."""
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    numbers = range(int(count) if count.isdigit() else 0)
    return {f"GIT_CONFIG_{part}_{n}": value for n in numbers for part, value in (("KEY", "labci.unset"), ("VALUE", ""))}


def scrub() -> None:
    """Drop inherited GIT_* variables; GitPython starts git with a copy of this process's environment."""
    for name in list(os.environ):
        if name.startswith("GIT_") and not name.startswith(KEPT):
            del os.environ[name]


def quarantine(variables: Mapping[str, str]) -> dict[str, str]:
    """Where a hook finds the objects of a push that is not accepted yet (git-receive-pack(1), QUARANTINE)."""
    names = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
    return {name: variables[name] for name in names if variables.get(name)}


class Command:
    """git in one folder. Safe to use from several threads. variables: more of the environment (`quarantine`)."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        protocols: str = LOCAL_PROTOCOLS,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a missing git is reported below, not on import
        from git.cmd import Git

        scrub()
        self.folder = folder.resolve()
        self._git = Git(self.folder)
        self._git.update_environment(**environment({**SETTINGS, **(settings or {})}, protocols), **(variables or {}))
        self._lock = threading.Lock()
        start = partial(_execute, self._git, self.folder)  # not bound to self, which would then never be dropped
        self._objects, self._sizes = Batch(start, "--batch"), Batch(start, "--batch-check")
        weakref.finalize(self, _close, self._objects, self._sizes)  # also runs at exit

    def try_run(self, *args: str, timeout: float | None = None) -> tuple[int, bytes, str]:
        """Exit status, stdout and stderr of a command that may fail."""
        status, out, err = _execute(
            self._git, self.folder, args, with_extended_output=True, with_exceptions=False, stdout_as_string=False,
            strip_newline_in_stdout=False, kill_after_timeout=timeout,
        )  # fmt: skip
        return int(status), bytes(out), str(err)

    def run(self, *args: str) -> bytes:
        """stdout of a command; a failure is an error that names the command and git's reason."""
        status, out, err = self.try_run(*args)
        if status:
            raise failure(self.folder, args, err)
        return out

    def line(self, *args: str) -> str | None:
        """stdout without the last newline, or None if the command failed."""
        status, out, _ = self.try_run(*args)
        return None if status else out.decode("utf-8", "replace").rstrip("\n")

    def records(self, *args: str) -> Iterator[bytes]:
        """NUL-separated records of a command's stdout, as they come."""
        process = self.start(*args)
        rest = b""
        while piece := process.stdout.read(1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            yield from whole
        if rest:
            yield rest
        error = process.stderr.read().decode("utf-8", "replace")
        if process.proc.wait():
            raise failure(self.folder, args, error)

    def start(self, *args: str, **options: Any) -> Any:
        """A running process (GitPython's AutoInterrupt, which ends it when it goes out of scope)."""
        return _execute(self._git, self.folder, args, as_process=True, **options)

    def object(self, name: str) -> tuple[str, bytes]:
        """Type and content of an object, from a long-lived `cat-file --batch`; KeyError if there is none."""
        with self._lock:
            return self._objects.content(name)

    def size(self, name: str) -> int:
        """Size of an object in bytes, without reading it."""
        with self._lock:
            return self._sizes.header(name)[1]

    @cached_property
    def hash(self) -> str:
        """How objects of this repository are named: "sha1" or "sha256"."""
        return self.line("rev-parse", "--show-object-format") or "sha1"

    def tree_id(self, name: str) -> str:
        """The name, or what git calls the empty tree here if the name is that of SHA-1's."""
        return EMPTY_TREES[self.hash] if name == EMPTY_TREES["sha1"] else name

    def close(self) -> None:
        """End the long-lived processes; they start again when needed."""
        with self._lock:
            _close(self._objects, self._sizes)


def _execute(git: Git, folder: Path, args: Sequence[str], **options: Any) -> Any:
    """What GitPython gives for a command: a process, or its output."""
    from git.exc import GitCommandNotFound

    scrub()
    # -C: GitPython would fall back to the current folder if this one has gone.
    call = [git.GIT_PYTHON_GIT_EXECUTABLE or "git", "-C", str(folder), *args]
    try:
        return git.execute(call, **options)
    except GitCommandNotFound as error:
        raise OutsideError("git is not installed", hint="install git 2.31 or later") from error


def _close(*batches: Batch) -> None:
    for batch in batches:
        batch.close()


def failure(folder: Path, args: tuple[str, ...], stderr: str) -> LabciError:
    """The error for a git command that failed; the first line of stderr is git's reason."""
    if "dubious ownership" in stderr:
        return UsageError(
            f"{folder} belongs to another user, so git refuses to read it",
            hint=f"if you trust it: git config --global --add safe.directory {folder}",
        )
    reason = next((line for line in stderr.splitlines() if line.strip()), "no reason given")
    message = f"git {args[0]} failed in {folder}: {shown(reason).removeprefix('fatal: ')}"
    return UsageError(message, hint="git status may tell more")
