"""Objects by name from one long-lived `git cat-file`; GitPython's own reader takes SHA-1 names alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Batch:
    """One process that answers name by name. start: runs git with arguments, as GitPython does."""

    def __init__(self, start: Callable[..., Any], mode: str) -> None:
        self._start, self._mode = start, mode
        self._process: Any = None

    def header(self, name: str) -> tuple[str, int]:
        """Type and size in bytes of an object; KeyError if there is none."""
        if self._process is None:
            self._process = self._start(("cat-file", self._mode), as_process=True, istream=subprocess.PIPE)
        self._process.stdin.write(name.encode() + b"\n")
        self._process.stdin.flush()
        _, *about = self._process.stdout.readline().split()
        if len(about) != 2:  # "NAME missing", or "ambiguous"
            raise KeyError(name)
        return about[0].decode("ascii"), int(about[1])

    def content(self, name: str) -> tuple[str, bytes]:
        """Type and content of an object; KeyError if there is none."""
        kind, size = self.header(name)
        data = self._process.stdout.read(size)
        self._process.stdout.read(1)  # the line feed after it
        return kind, bytes(data)

    def close(self) -> None:
        """End the process; it starts again when needed."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(BrokenPipeError):
            process.stdin.close()  # which ends it
        process.proc.wait()
        process.stdout.close()
        process.stderr.close()
