"""How many processor cores this process may use."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Those that a container's limit leaves; where the system doesn't say, all of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
