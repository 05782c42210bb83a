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


def guarded(command: Callable[[], Any]) -> int:
    """Run a command; every way it may end becomes an exit code."""
    try:
        result = command()
    except LabciError as error:
        show(error)
        return error.exit_code
    except typer.Exit as error:
        return int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return INTERRUPTED
    except typer.TyperException as error:
        message = error.format_message()
        if message:  # none: typer has answered with the command's help
            say(message, f"{_command(error)} --help")
        return 2
    except ModuleNotFoundError as error:
        if not error.name or not extra_of(error.name):
            return _bug(error)
        missing = MissingExtraError("this command", error.name)
        show(missing)
        return missing.exit_code
    except BrokenPipeError:  # such as `labci explain | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _bug(error)
    if result == INTERRUPTED:  # what typer makes of Ctrl-C
        say("interrupted")
    return result if isinstance(result, int) else 0


def _command(error: typer.TyperException) -> str:
    """The command whose options were wrong, such as `labci models pull`."""
    names: list[str] = []
    context = getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["labci", *names])


def show(error: LabciError) -> None:
    """Print what happened and what to do next on stderr."""
    say(error.message, error.hint)


def say(message: str, hint: str = "") -> None:
    """`error:` and `next:` lines; colours only on a terminal that wants them."""
    from rich.console import Console  # not for commands that end well

    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print("error: ", style="bold red", end="")
    console.print(message)
    for number, line in enumerate(hint.splitlines()):
        console.print(" next: " if number == 0 else "       ", style="bold cyan", end="")
        console.print(line)


def _bug(error: Exception) -> int:
    handle, name = tempfile.mkstemp(prefix="labci-crash-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    kind = type(error).__name__
    say(f"a bug in labci: {kind}: {error}".splitlines()[0], f"please report it with the log {Path(name)}")
    return BUG
