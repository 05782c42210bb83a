"""Asks a person at a terminal; what is said goes to stderr, so that results on stdout stay alone."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from labci.cli.failure import INTERRUPTED
from labci.cli.interrupt import heard
from labci.errors import LabciError
from labci.printable import printable

NARROW = 100  # columns of text that read well


class Stopped(LabciError):
    """The person ended the questions (Ctrl-C, Ctrl-D)."""

    exit_code = INTERRUPTED


def present() -> bool:
    """Whether a person can be asked: one who types here, and sees what is asked."""
    return sys.stdin.isatty() and (sys.stderr.isatty() or sys.stdout.isatty())


class Terminal:
    """Lines to and from a person."""

    def __init__(self) -> None:
        stream = sys.stderr if sys.stderr.isatty() else sys.stdout
        # A terminal of no size, as some recorders have, counts as 80 columns wide; rich takes a dumb one for that, too.
        self._width = min(os.get_terminal_size(stream.fileno()).columns or 80, NARROW)
        self._console = Console(
            file=stream, highlight=False, markup=False, emoji=False, width=self._width, height=25
        )  # fmt: skip
        with suppress(ImportError):
            importlib.import_module("readline")  # arrow keys move in the line; not on every system

    def say(self, text: str = "", style: str = "") -> None:
        """A line of text, wrapped at the terminal's width."""
        self._console.print(Text(text, style=style))

    def quote(self, text: str) -> None:
        """A passage, set off; what could act on the terminal is shown as its code."""
        body = Text(printable(" ".join(text.split())))
        self._console.print(Padding(body, (0, 2, 0, 4)))

    def line(self, prompt: str) -> str:
        """What is typed, without white space around it. KeyboardInterrupt or EOFError where the person stops."""
        while True:
            try:
                return self._read(f"{prompt}: ").strip()
            except UnicodeDecodeError:
                self.say("  That could not be read: the terminal sends no UTF-8. Type it anew.", "red")

    def _read(self, prompt: str) -> str:
        with heard():
            if sys.stdout.isatty():
                return input(prompt)
            self._console.print(prompt, end="")  # input() would write it among the results
            typed = sys.stdin.readline()
        if not typed:
            raise EOFError
        return typed

    def yes(self, prompt: str, *, default: bool) -> bool:
        """A question with yes or no; Enter takes the default."""
        while True:
            typed = self.line(f"{prompt} (yes/no) [{'yes' if default else 'no'}]").casefold()
            if not typed:
                return default
            for word in ("yes", "no"):
                if word.startswith(typed):
                    return word == "yes"
            self.say("  Type yes or no, or press Enter.", "red")
