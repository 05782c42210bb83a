"""Hubs: where releases are kept. A hub holds immutable versions, and says which of them is the latest.

`open_hub` reads `--hub`: `folder:DIR`, `hf:NAMESPACE/NAME`, or a kind that another package brings by an entry
point of group `labci.hubs`, a function of the same type as those in `HUBS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

from labci.errors import OutsideError, UsageError
from labci.lineage import Manifest

VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


class Conflict(OutsideError):
    """Somebody else published first (exit 5): the hub is as they left it."""


class Hub(Protocol):
    """A place of releases. Every method may raise OutsideError; none leaves a half-written version."""

    def publish(self, folder: Path, manifest: Manifest, expected_previous: str) -> str:
        """Store `folder` as `manifest.version` and make it the latest; returns the version.

        `expected_previous` is the version that must be the latest until then, "" for none: raises `Conflict`
        if it isn't, or if the version exists with other content. Digests are checked on what was stored
        before the latest version moves. Publishing the same folder again completes what was interrupted.
        """
        ...

    def latest(self) -> str | None:
        """The version in use, None before the first."""
        ...

    def set_latest(self, version: str) -> None:
        """Make an existing version the latest one; UsageError if there is none of that name."""
        ...

    def fetch(self, version: str, into: Path | None = None) -> Path:
        """A model folder with the version, in `into` if given; UsageError if there is no such version."""
        ...

    def list(self) -> Sequence[str]:
        """All versions, oldest first."""
        ...


@runtime_checkable
class Described(Protocol):
    """A hub that can tell a version's manifest without fetching its weights."""

    def manifest(self, version: str) -> Manifest:
        """The manifest of a version; UsageError if there is none."""
        ...


Factory = Callable[[str, Path], Hub]


def _folder(where: str, root: Path) -> Hub:
    from labci.hubs.folder import FolderHub

    return FolderHub(root / Path(where).expanduser())


def _huggingface(where: str, root: Path) -> Hub:
    from labci.hubs.huggingface import HuggingFaceHub

    return HuggingFaceHub(where)


HUBS: Mapping[str, Factory] = {"folder": _folder, "hf": _huggingface}


def open_hub(url: str, root: Path) -> Hub:
    """The hub that `--hub` names; a relative folder is below `root`. UsageError for an unknown kind."""
    kind, _, where = url.partition(":")
    if where and kind in HUBS:
        return HUBS[kind](where, root)
    outside = {point.name: point for point in entry_points(group="labci.hubs")}
    if where and kind in outside:
        factory: Factory = outside[kind].load()
        return factory(where, root)
    known = ", ".join(sorted({*HUBS, *outside}))
    raise UsageError(f"hub {url!r} is none", hint=f"KIND:PLACE, such as folder:models; kinds: {known}")


def order(version: str) -> tuple[int, ...]:
    """Sorting key of a version vX.Y.Z; UsageError if it isn't one."""
    match = VERSION.fullmatch(version)
    if match is None:
        raise UsageError(f"{version!r} is no version", hint="versions look like v0.1.0; labci releases list")
    return tuple(map(int, match.groups()))


def next_version(versions: Sequence[str]) -> str:
    """The next minor version after the highest one; v0.1.0 is the first."""
    if not versions:
        return "v0.1.0"
    major, minor, _ = max(map(order, versions))
    return f"v{major}.{minor + 1}.0"


def unknown(version: str, versions: Sequence[str]) -> UsageError:
    """The error for a version that a hub doesn't have."""
    here = ", ".join(versions) or "none yet"
    return UsageError(f"the hub has no version {version}", hint=f"versions: {here}")
