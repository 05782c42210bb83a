"""Exceptions that stop a command: what happened, what to do next, and the exit code.

Findings (lint diagnostics, rejects, failed checks) are values, never exceptions.
"""

from __future__ import annotations


class LabciError(Exception):
    """Base of every error a user may see; `labci.cli` shows it in one place.

    message: what happened and where, on one line. hint: what to do next. at: the way to the value of a leaf's
    qna.yaml that is to blame, for who reads the leaf to say its file and line; () is none. said: another process has
    told of it.
    """

    exit_code = 1
    said = False

    def __init__(self, message: str, *, hint: str = "", at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.at = at


class FindingsError(LabciError):
    """The work ran and its result is not good enough (exit 1)."""

    exit_code = 1


class UsageError(LabciError):
    """The command or its configuration can't be carried out as written (exit 2)."""

    exit_code = 2


class OptionError(UsageError):
    """What was given to an option is none of its values: the same command would end here again (exit 2)."""


class ConfigError(UsageError):
    """labci.yaml has an unknown key, a wrong type or an unreadable value (exit 2)."""


class InconclusiveError(LabciError):
    """The gate could not decide (exit 4)."""

    exit_code = 4


class InterruptError(LabciError):
    """Ctrl-C, where what was done is kept (exit 130)."""

    exit_code = 130


class OutsideError(LabciError):
    """Something outside labci failed: teacher, hub, forge, network, disk (exit 5)."""

    exit_code = 5
