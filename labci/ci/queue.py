"""Runs of a repository that is pushed to: one at a time, and pushes that arrive meanwhile are taken together.

`.labci/queue/wanted` names the newest push that no run has ended for; `log.txt` holds what the runs said.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from labci.artifact import write_text
from labci.git import Repository

FOLDER = ".labci/queue"
LOG = "log.txt"
WANTED = "wanted"


def ask(root: Path, commit: str) -> Path:
    """Want a run for a commit, and start who does it in the background; returns the log."""
    queue = root / FOLDER
    write_text(queue / WANTED, f"{commit} {datetime.now(UTC).isoformat()}\n")
    with (queue / LOG).open("ab") as log:
        subprocess.Popen(  # noqa: S603  labci itself
            [sys.executable, "-m", "labci", "-C", str(root), "ci", "work"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=root,
        )  # fmt: skip
    return queue / LOG


def work(folder: Path) -> None:
    """Run until nothing is wanted any more; at once if another process does so. A run that was killed is made again."""
    root = Repository.open(folder).root
    queue = root / FOLDER
    while _wanted(queue):
        with _alone(queue) as alone:
            if not alone:
                return  # who has the lock looks again before it goes
            while wanted := _wanted(queue):
                _run(root, wanted)
                if _wanted(queue) == wanted:  # else more was pushed meanwhile
                    (queue / WANTED).unlink()


def _run(root: Path, wanted: str) -> None:
    """What fails stays in the log, and is taken up by the next push: a run is of all that is not released yet."""
    commit = wanted.partition(" ")[0]
    _say(f"labci run for {commit[:12]}")
    command = [sys.executable, "-m", "labci", "-C", str(root), "run"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, cwd=root)  # noqa: S603  labci itself
    _say(f"ended with {done.returncode}")


def _say(text: str) -> None:
    typer.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {text}")


def _wanted(queue: Path) -> str:
    try:
        return (queue / WANTED).read_text("utf-8")
    except FileNotFoundError:
        return ""


@contextmanager
def _alone(queue: Path) -> Iterator[bool]:
    """Whether this process has the lock, which ends with it."""
    import fcntl

    queue.mkdir(parents=True, exist_ok=True)
    with (queue / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
