"""Objects by name from one long-lived `git cat-file`; GitPython's own reader takes SHA-1 names alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from labci.errors import UsageError


class Batch:
    """One process that answers name by name. start: runs git with arguments, as GitPython does."""

    def __init__(self, start: Callable[..., Any], mode: str) -> None:
        self._start, self._mode = start, mode
        self._process: Any = None

    def header(self, name: str) -> tuple[str, int]:
        """Type and size in bytes of an object; KeyError if there is none, UsageError if git can't read it."""
        if self._process is None:
            self._process = self._start(("cat-file", self._mode), as_process=True, istream=subprocess.PIPE)
        try:
            self._process.stdin.write(name.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died(name) from error
        line = self._process.stdout.readline()
        if not line:
            raise self._died(name)
        _, *about = line.split()
        if len(about) != 2:  # "NAME missing", or "ambiguous"
            raise KeyError(name)
        return about[0].decode("ascii"), int(about[1])

    def content(self, name: str) -> tuple[str, bytes]:
        """Type and content of an object; errors as of `header`."""
        kind, size = self.header(name)
        data = bytes(self._process.stdout.read(size))
        if len(data) != size:
            raise self._died(name)
        self._process.stdout.read(1)  # the line feed after it
        return kind, data

    def _died(self, name: str) -> UsageError:
        """Git ends when an object is damaged, or was left out of a partial clone and can't be fetched."""
        said = self._process.stderr.read().decode("utf-8", "replace").strip()
        self.close()
        reason = said.splitlines()[-1].removeprefix("fatal: ") if said else "no reason given"
        return UsageError(f"git can't read the object {name[:12]}: {reason}", hint="git fsck tells what is damaged")

    def close(self) -> None:
        """End the process, whatever it is at; it starts again when needed."""
        process, self._process = self._process, None
        if process is None:
            return
        process.stdout.close()  # first: it may be writing
        process.stderr.close()
        with suppress(BrokenPipeError):
            process.stdin.close()  # which ends it
        process.proc.wait()
