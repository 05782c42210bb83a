"""`labci run` on a full disk, a real one in memory: the command says so, and once there is space it goes on.

The disk is a tmpfs in a mount namespace of the test's own, where the system lets a user make one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from labci.store import Store
from labci.teachers.openai.limit import CEILING
from tests.pipeline.conftest import environment
from tests.servers.chat import Chat

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
SIZES = ("40k", "700k", "2m", "64m")  # full before the first answer, amid the answers, in mix; at last enough
SCRIPT = """
mount -t tmpfs -o size=40k tmpfs .labci || exit 99
for size in {sizes}; do
    mount -o remount,size=$size .labci || exit 99
    {python} -m labci run main~1..main --to mix >out-$size 2>err-$size
    echo $? >code-$size
    cp -r .labci/store store-$size 2>/dev/null || mkdir store-$size
done
cp -r .labci/runs kept
"""


def can_mount() -> bool:
    """Whether a user may mount a disk in memory here."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


def broken(folder: Path) -> list[str]:
    """Entries of a store that can't be read whole."""
    store = Store(str(folder))
    found = [path for path in folder.glob("*/??/*") if path.is_file() and not path.name.startswith(".")]
    return [path.name for path in found if store.get(path.parts[-3], path.name) is None]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not can_mount(), reason="this system lets no user mount a tmpfs in a namespace")
def test_a_full_disk_stops_with_a_hint_and_loses_nothing(place: Path, teacher: Chat) -> None:
    (place / ".labci").mkdir()
    script = SCRIPT.format(sizes=" ".join(SIZES), python=sys.executable)
    done = subprocess.run([*NAMESPACE, "sh", "-c", script], cwd=place, env=environment(teacher), check=False)
    assert done.returncode == 0
    for size in SIZES[:-1]:
        error = (place / f"err-{size}").read_text()
        assert (place / f"code-{size}").read_text().strip() == "5", error
        assert "Traceback" not in error
        assert "no space left" in error.lower()
        assert "free some space" in error
        assert broken(place / f"store-{size}") == []
    assert any((place / f"store-{SIZES[1]}").rglob("*"))
    error = (place / f"err-{SIZES[-1]}").read_text()
    assert (place / f"code-{SIZES[-1]}").read_text().strip() == "0", error
    (run,) = (place / "kept").iterdir()
    assert (run / "mixture" / "train.jsonl").exists()
    # A request whose answer did not fit is asked again, as are those that were under way then; all others once.
    asked = Counter(json.dumps(body, sort_keys=True) for body in teacher.asked)
    assert sum(count - 1 for count in asked.values()) <= 3 * CEILING
