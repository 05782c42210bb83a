"""The embedded teacher: a GGUF in llama.cpp's native server, in a child process on a loopback port."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from labci.cores import usable_cores
from labci.errors import OutsideError
from labci.extras import MissingExtraError
from labci.request import Request, Response
from labci.teachers import Options, Teacher, missing_package

SLOTS = 4  # requests under way for each thread: eight on 2 cores make 105-129 tokens/s, one alone 83-104
MOST_SLOTS = 32  # each has CONTEXT tokens of cache, 47 MB of SmolLM2-135M's
FEW_SLOTS = 8
CONTEXT = 2048  # tokens of one slot; SmolLM2-135M was trained on as many
START_SECONDS = 120.0
PACKAGES = ("xllamacpp", "openai")
ERROR = re.compile(r"^[\d.]+ E \S+:? *(.+)$", re.MULTILINE)  # time, level, who says it, what


class Embedded:
    """Serves the instruct model, or the specialist, of the base model. Satisfies `labci.teachers.Teacher`.

    connect: makes the client of a server with so many slots, given `url key served slots`. gguf: a file to serve
    in place of the role's own.
    """

    def __init__(
        self, options: Options, *, connect: Callable[..., Teacher], gguf: Path | None = None, threads: int | None = None
    ) -> None:
        self.options, self.connect = options, connect
        self.given = gguf
        self.threads = threads or usable_cores()
        self.child: subprocess.Popen[str] | None = None
        self.log: IO[bytes] | None = None
        self.client: Teacher | None = None

    @property
    def name(self) -> str:
        """Model and role, such as "smollm2-135m-specialist": of what is served, which may not be the run's base."""
        from labci import models

        if self.given:
            return self.given.stem if self.options.role == "instruct" else f"{self.given.stem}-{self.options.role}"
        instruct = self.options.role == "instruct"
        return models.gguf_model(self.options.model) if instruct else self.options.specialist.name

    @property
    def digest(self) -> str:
        """sha256 of the GGUF, or the specialist's digest, which is known before it is built."""
        from labci import digest, models

        if self.given:
            return digest.of_file(self.given)
        if self.options.role == "specialist":
            return models.specialist_digest(self.options.specialist)
        return models.gguf_digest(self.options.model)

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Starts the server at the first request; see `labci.teachers.Teacher`."""
        first = next(remaining := iter(requests), None)
        if first is None:
            return
        client = self._started()
        try:
            yield from client.complete(_chain(first, remaining))
        except OutsideError as error:
            if self.child is not None and self.child.poll() is not None:
                raise self._failure("stopped") from error
            raise

    def close(self) -> None:
        """Stop the server; its threads and memory are free afterwards."""
        child, self.child, self.client = self.child, None, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        if self.log is not None:
            self.log.close()
            self.log = None

    def _started(self) -> Teacher:
        if self.client is not None and self.child is not None and self.child.poll() is None:
            return self.client
        self.close()
        for package in PACKAGES:
            if missing_package(package):
                raise MissingExtraError("the embedded teacher", package)
        key, slots = secrets.token_hex(16), self.options.jobs or slots_for(self.threads, self.given is None)
        address = self._launch(key, slots)
        _await_health(address, self)
        self.client = self.connect(url=f"{address}/v1", key=key, served=self.name, slots=slots)
        return self.client

    def _launch(self, key: str, slots: int) -> str:
        settings = {
            "model": str(self._gguf()), "threads": self.threads, "slots": slots, "context": CONTEXT, "key": key,
            "reuse": self.options.jobs != 1,
        }  # fmt: skip
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the child)
        self.child = subprocess.Popen(
            [sys.executable, "-m", "labci.teachers.llama_server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=_environment(),
        )  # fmt: skip
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        try:
            self.child.stdin.write(json.dumps(settings) + "\n")
            self.child.stdin.flush()
            answer: Any = json.loads(self.child.stdout.readline())
        except (OSError, ValueError) as error:
            self.child.wait()
            raise self._failure("did not start", self._another_file()) from error
        return str(answer["address"])

    def _gguf(self) -> Path:
        from labci import models

        if self.given:
            return self.given
        if self.options.role == "specialist":
            return models.specialist_gguf(self.options.specialist)
        return models.gguf_path(self.options.model)

    def _failure(self, what: str, hint: str = "run the same command again; what is done is kept") -> OutsideError:
        said = ""
        if self.log is not None:
            self.log.seek(0)
            said = reason(self.log.read().decode("utf-8", "replace"))
        self.close()
        return OutsideError(f"the embedded teacher {self.name} {what}{f': {said}' if said else ''}", hint=hint)

    def _another_file(self) -> str:
        """What to do about a file that can't be served."""
        if self.given:
            return f"{self.given} must be a GGUF that this llama.cpp knows"
        return f"delete {self._gguf()}, then run: labci models pull {self.options.model}"


def slots_for(threads: int, small: bool = True) -> int:
    """Requests that are under way at once on so many threads, where `--jobs` doesn't say.

    small: the model is the embedded one; the cache of another may be many times as large, so that it has few.
    """
    return min(SLOTS * threads, MOST_SLOTS) if small else FEW_SLOTS


def reason(log: str) -> str:
    """The first error that llama.cpp wrote, which the others follow from; else the last line."""
    found = ERROR.search(log)
    lines = log.strip().splitlines()
    return (found[1] if found else lines[-1] if lines else "")[:200]


def _environment() -> dict[str, str]:
    """The child finds the labci that runs here, installed or not."""
    here = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{path}" if path else here}


def _await_health(address: str, teacher: Embedded) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if teacher.child is None or teacher.child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310 (loopback)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise teacher._failure("did not become ready")


def _chain(first: Request, rest: Iterator[Request]) -> Iterator[Request]:
    yield first
    yield from rest
