"""Where a new leaf may be."""

from __future__ import annotations

import re
from pathlib import Path

from labci.errors import UsageError
from labci.leaf import BRANCHES, LEAF_FILE


def branches(kind: str) -> tuple[str, ...]:
    """The branches that take a leaf of kind "knowledge" or "skill"."""
    return tuple(name for name in BRANCHES if (name == "knowledge") == (kind == "knowledge"))


def checked_path(root: Path, taxonomy: str, kind: str, path: str) -> str:
    """The leaf's folder below the taxonomy root, if a leaf of this kind may be made there; else UsageError."""
    parts = path.strip("/").removeprefix(f"{taxonomy}/").split("/")
    if parts[0] not in branches(kind) or len(parts) < 2:
        hint = f"start with {' or '.join(branches(kind))}, then folders of your own"
        raise UsageError(f"{path!r} is no place for {kind}", hint=hint)
    for name in parts[1:]:
        if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
            better = "_".join(re.findall(r"[a-z0-9]+", name.casefold())) or "a_name"
            hint = f"lower-case words joined by underscores, such as {better}"
            raise UsageError(f"the folder name {name!r} is not allowed", hint=hint)
    clean = "/".join(parts)
    for parent in (root.joinpath(*parts[:end]) for end in range(2, len(parts) + 1)):
        if (parent / LEAF_FILE).exists():
            raise UsageError(f"there is a leaf at {parent.relative_to(root)}", hint="choose another folder")
    _check_free(root, parts)
    return clean


def _check_free(root: Path, parts: list[str]) -> None:
    """A file where a folder should be, or leaves inside of the new one, would be found out at the end only."""
    for folder in (root.joinpath(*parts[:end]) for end in range(1, len(parts) + 1)):
        if folder.is_file():
            raise UsageError(f"{folder.relative_to(root)} is a file", hint="choose another folder")
    inner = next(root.joinpath(*parts).glob(f"*/**/{LEAF_FILE}"), None)
    if inner is not None:
        message = f"there is a leaf inside of it, at {inner.parent.relative_to(root)}"
        raise UsageError(message, hint="name a folder of its own, beside that leaf")
