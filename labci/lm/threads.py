"""Threads of torch: one for each physical core, and they wait for each other awake for a moment only."""

from __future__ import annotations

import os

from labci.cores import usable_cores

# Rounds that a thread of GNU's OpenMP looks for the others before it sleeps; its own default is 300,000. Beside one
# busy process two threads that spin so long take each other's core: 20 steps of SmolLM2-135M took 145 seconds, with
# this 84, alone 46 either way (docs/training.md, "Speed"). OMP_WAIT_POLICY=passive, which never spins, costs a fifth.
SPINS = 1_000


def wait_shortly() -> None:
    """Tell OpenMP, which reads it once when torch is imported; what the user has set stays."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(SPINS))


def physical_cores() -> int:
    """Physical cores that this process may use."""
    import psutil  # accelerate brings it

    usable = usable_cores()
    return max(1, min(usable, psutil.cpu_count(logical=False) or usable))
