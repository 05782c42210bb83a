"""A person at a real pseudo-terminal: reads what labci shows, types, presses Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07")
CTRL_C, CTRL_D, LEFT = "\x03", "\x04", "\x1b[D"
COLUMNS = 90


class Person:
    """One command on a terminal."""

    def __init__(self, terminal: int, process: subprocess.Popen[str]) -> None:
        self._terminal, self._process = terminal, process
        self._raw = b""
        self._read_to = 0

    @property
    def screen(self) -> str:
        """All that was shown, its white space folded: where lines are wrapped does not matter."""
        return " ".join(ESCAPES.sub("", self._raw.decode("utf-8", "replace")).split())

    def sees(self, text: str) -> None:
        """Wait until this is shown, after what was seen before."""
        while (found := self.screen.find(text, self._read_to)) < 0:
            assert self._more(), f"{text!r} never came:\n{self.screen[self._read_to :]}"
        self._read_to = found + len(text)

    def types(self, text: str) -> None:
        """Keys, then Enter; Ctrl-C and Ctrl-D alone. A lone surrogate is a byte that is no UTF-8."""
        keys = text if text in (CTRL_C, CTRL_D) else f"{text}\r"
        os.write(self._terminal, keys.encode("utf-8", "surrogateescape"))

    def answers(self, *pairs: tuple[str, str]) -> None:
        """What is typed at which prompt."""
        for prompt, text in pairs:
            self.sees(prompt)
            self.types(text)

    def ends(self) -> tuple[int, str]:
        """Exit code, and what came on stdout where that is no terminal."""
        while self._more():
            pass
        out = self._process.stdout.read() if self._process.stdout else ""
        return self._process.wait(), out

    def _more(self) -> bool:
        data = b""
        with suppress(OSError):  # Linux says EIO once nobody has the other end open
            data = os.read(self._terminal, 65536)
        self._raw += data
        return bool(data)


def _listen() -> None:
    """So that Ctrl-C reaches the process, also below a shell's background job, which ignores it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def person(folder: Path, *arguments: str, piped: bool = False) -> Iterator[Person]:
    """Run `labci ARGUMENTS` in a folder on a new terminal. piped: stdout goes elsewhere."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "labci", *arguments],
        cwd=folder, stdin=theirs, stdout=subprocess.PIPE if piped else theirs, stderr=theirs, text=True,
        env=environment | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "INPUTRC": "/dev/null"}, start_new_session=True,
        preexec_fn=_listen,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Person(ours, process)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
        os.close(ours)
