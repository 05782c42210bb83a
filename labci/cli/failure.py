"""The one place where an exception becomes a message, a next step and an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from labci.errors import LabciError
from labci.extras import MissingExtraError, extra_of

INTERRUPTED = 130
BUG = 3
Tell = Callable[[str, str], object]


def guarded(command: Callable[[], Any], tell: Tell | None = None) -> int:
    """Run a command; every way it may end becomes an exit code.

    tell: is given what went wrong and what to do next; `say` unless there is one. What is `said` is not told again.
    """
    tell = tell or say
    try:
        result = command()
    except LabciError as error:
        if not error.said:
            tell(error.message, error.hint)
        return error.exit_code
    except typer.Exit as error:
        return int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        tell("interrupted", "")
        return INTERRUPTED
    except typer.TyperException as error:
        message = error.format_message()
        if message:  # none: typer has answered with the command's help
            tell(message, f"{_command(error)} --help")
        return 2
    except ModuleNotFoundError as error:
        if not error.name or not extra_of(error.name):
            return _bug(error, tell)
        missing = MissingExtraError("this command", error.name)
        tell(missing.message, missing.hint)
        return missing.exit_code
    except BrokenPipeError:  # such as `labci explain | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _bug(error, tell)
    if result == INTERRUPTED:  # what typer makes of Ctrl-C
        tell("interrupted", "")
    return result if isinstance(result, int) else 0


def _command(error: typer.TyperException) -> str:
    """The command whose options were wrong, such as `labci models pull`."""
    names: list[str] = []
    context = getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["labci", *names])


def say(message: str, hint: str = "") -> None:
    """`error:` and `next:` lines; colours only on a terminal that wants them."""
    from rich.console import Console  # not for commands that end well

    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print("error: ", style="bold red", end="")
    console.print(message)
    for number, line in enumerate(hint.splitlines()):
        console.print(" next: " if number == 0 else "       ", style="bold cyan", end="")
        console.print(line)


def _bug(error: Exception, tell: Tell) -> int:
    handle, name = tempfile.mkstemp(prefix="labci-crash-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    kind = type(error).__name__
    tell(f"a bug in labci: {kind}: {error}".splitlines()[0], f"please report it with the log {Path(name)}")
    return BUG
