"""How long torch's threads wait awake: as OpenMP itself tells it, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from labci.lm.threads import SPINS

TELL = "from labci.lm.load import prepare_torch; prepare_torch()"


def told(**settings: str) -> dict[str, str]:
    """What OpenMP says of its settings when torch is imported after labci; these are the user's."""
    kept = {name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    done = subprocess.run(
        [sys.executable, "-c", TELL], env={**kept, **settings, "OMP_DISPLAY_ENV": "verbose"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(re.findall(r"(?:\[host\] )?(\w+) = '(.*)'", done.stderr))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="torch brings GNU's OpenMP on Linux alone")
def test_they_sleep_soon_unless_the_user_has_said_how_long() -> None:
    assert told()["GOMP_SPINCOUNT"] == str(SPINS)
    assert told(GOMP_SPINCOUNT="77")["GOMP_SPINCOUNT"] == "77"
    assert told(OMP_WAIT_POLICY="passive")["GOMP_SPINCOUNT"] == "0"
    assert int(told(OMP_WAIT_POLICY="active")["GOMP_SPINCOUNT"]) > SPINS
