"""The history of releases as text."""

from __future__ import annotations

import json

from labci.errors import LabciError
from labci.hubs import Hub
from labci.lineage import MANIFEST, Manifest
from labci.printable import printable


def to_text(hub: Hub) -> str:
    """One release a line, newest first; one that the gate did not pass says who released it, and why."""
    versions, latest = hub.list(), hub.latest()
    if not versions:
        return "no release yet; labci run makes the first"
    return "\n".join(
        f"{version}{'  (latest)' if version == latest else ''}{_override(hub, version)}"
        for version in reversed(versions)
    )


def _override(hub: Hub, version: str) -> str:
    try:
        found = Manifest.from_json(json.loads(hub.read(version, (MANIFEST,))[MANIFEST])).override
    except (LabciError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = error.message if isinstance(error, LabciError) else "it is not labci's"
        return f"  manifest can't be read: {reason}"
    return f"  {printable(str(found))}" if found else ""
