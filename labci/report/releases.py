"""The history of releases as text."""

from __future__ import annotations

from labci.hubs import Hub


def to_text(hub: Hub) -> str:
    """One release a line, newest first."""
    versions, latest = hub.list(), hub.latest()
    if not versions:
        return "no release yet; labci run makes the first"
    return "\n".join(f"{version}{'  (latest)' if version == latest else ''}" for version in reversed(versions))
