"""The git of this machine: what labci needs of it, for `labci doctor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from labci.git.command import Command

LEAST = (2, 31)  # settings by environment variables came with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """identity: "NAME <EMAIL>", which `labci submit` signs off with; "" if either is missing.

    https: whether documents can be fetched.
    """

    version: str
    recent: bool
    identity: str
    https: bool


def installed(folder: Path) -> Installed:
    """As seen from a folder; OutsideError where there is no git."""
    git = Command(folder)
    found = re.search(r"(\d+)\.(\d+)[\d.]*", git.line("--version") or "")
    name, email = git.line("config", "user.name"), git.line("config", "user.email")
    helper = Path(git.line("--exec-path") or "") / "git-remote-https"
    return Installed(
        version=found[0].rstrip(".") if found else "unknown",
        recent=found is not None and (int(found[1]), int(found[2])) >= LEAST,
        identity=f"{name} <{email}>" if name and email else "",
        https=helper.exists() or helper.with_suffix(".exe").exists(),
    )
