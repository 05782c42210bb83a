"""`labci ci install-hooks`: hooks of a bare repository, so that pushes are checked and trained on without a forge."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from labci.artifact import write_text
from labci.errors import UsageError
from labci.git import Repository

MARK = "# Written by labci ci install-hooks, which may write it again."
SCRIPT = """\
#!/bin/sh
{mark}
exec {python} -m labci -C "$(git rev-parse --absolute-git-dir)" ci {name}
"""
PRE, POST = "pre-receive", "post-receive"


def install_hooks(folder: Path, *, run: bool = True) -> Iterator[str]:
    """Write `pre-receive`, which lints, and with `run` `post-receive`, which queues; yields what was done.

    Hooks that labci wrote before are brought up to date. UsageError for a repository with files, or with hooks
    that somebody else wrote.
    """
    repository = Repository.open(folder)
    if not repository.bare:
        raise UsageError(f"{repository.root} is not bare", hint="hooks belong to the repository that is pushed to")
    hooks = _folder(repository)
    names = (PRE, POST) if run else (PRE,)
    for name in names:
        _check_free(hooks / name)
    for name in names:
        write_text(hooks / name, SCRIPT.format(mark=MARK, python=shlex.quote(sys.executable), name=name))
        (hooks / name).chmod(0o755)
        yield f"wrote {hooks / name}"
    if not run and _is_ours(hooks / POST):
        (hooks / POST).unlink()
        yield f"removed {hooks / POST}"


def _folder(repository: Repository) -> Path:
    """Where git looks for hooks, unless its settings for all repositories say otherwise."""
    other = repository.git.line("config", "--file", str(repository.root / "config"), "--get", "core.hooksPath")
    if other:
        raise UsageError(
            f"{repository.root} has its hooks elsewhere: core.hooksPath is {other}",
            hint=f"call labci there, as {PRE} and {POST}: labci -C REPOSITORY ci {PRE}",
        )
    return repository.root / "hooks"


def _check_free(path: Path) -> None:
    if (path.exists() or path.is_symlink()) and not _is_ours(path):
        hint = f"add to it:  labci -C REPOSITORY ci {path.name}  (it reads what git gives the hook)"
        raise UsageError(f"{path} is there already, and not labci's", hint=hint)


def _is_ours(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and MARK in path.read_text("utf-8", "replace").splitlines()
