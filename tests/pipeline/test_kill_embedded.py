"""`labci generate` with a real llama.cpp server of its own, killed with -9 while that writes: nothing stays behind."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import put
from tests.pipeline.letters import ARTIFACTS, ENDED, answers, artifacts, commit_letters
from tests.tiny import tiny_gguf, tiny_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc"),
]

KILLS = 4
ORPHANED = 10.0  # seconds for a server to end after its parent
PLUGIN = '''
"""The embedded teacher with a file of its own, which notes what it is asked, what is answered, and who serves it."""
import json
import os
from pathlib import Path

from labci.teachers import _embedded


class Noting:
    def __init__(self, options):
        self.own = _embedded(options, Path(os.environ["TINY_GGUF"]))
        self.name, self.digest = self.own.name, self.own.digest

    def complete(self, requests):
        for request, response in self.own.complete(self.noted(requests)):
            note(server=self.own.child.pid, url=self.own.client.clients[0].place.url, answered=request.digest)
            yield request, response

    def noted(self, requests):
        for request in requests:
            note(asked=request.digest)
            yield request

    def close(self):
        self.own.close()


def note(**what):
    with Path(os.environ["TINY_NOTES"]).open("a") as file:
        file.write(json.dumps(what) + "\\n")
'''


class Run:
    """A place with such a teacher, and what the teacher notes."""

    def __init__(self, folder: Path, gguf: Path, packages: Path) -> None:
        self.folder, self.notes = folder, packages / "notes.jsonl"
        self.env = {
            **os.environ, "TINY_GGUF": str(gguf), "TINY_NOTES": str(self.notes),
            "PYTHONPATH": f"{packages}{os.pathsep}{Path.cwd()}",
        }  # fmt: skip
        self.env.pop("OPENAI_BASE_URL", None)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "labci", "generate"], cwd=self.folder, env=self.env, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def generate(self) -> tuple[int, str]:
        process = self.start()
        _, err = process.communicate(timeout=200)
        assert "Traceback" not in err
        return process.returncode, err

    def noted(self) -> list[dict[str, Any]]:
        """What was noted so far; a line that a kill cut off is none."""
        lines = self.notes.read_text().splitlines(keepends=True) if self.notes.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def stored(self) -> dict[str, bytes]:
        """The answers in the store, by their requests."""
        return {path.name: path.read_bytes() for path in answers(self.folder)}


@pytest.fixture
def tiny(repository: Path, tmp_path: Path) -> Run:
    """A repository with a skill, and a tiny model as the embedded teacher's; a base without weights, so no judge."""
    commit_letters(repository, teacher="noting")
    packages = tmp_path / "packages"
    put(packages, "noting.py", PLUGIN)
    put(packages, "noting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: noting\nVersion: 1.0\n")
    put(packages, "noting-1.0.dist-info/entry_points.txt", "[labci.teachers]\nnoting = noting:Noting\n")
    return Run(repository, tiny_gguf(tiny_model(tmp_path / "model"), tmp_path / "tiny.gguf"), packages)


def until(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether it holds within so many seconds."""
    end = time.monotonic() + seconds
    while not (found := ready()) and time.monotonic() < end:
        time.sleep(0.005)
    return found


def gone(pid: int) -> bool:
    """Whether a process is gone or a zombie; whoever adopts it may take a while to bury it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def silent(url: str) -> bool:
    """Whether nobody takes connections there."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5).close()
    except OSError:
        return True
    return False


def kill(tiny: Run, answered: int, later: float) -> None:
    """Kill a run with -9 when the store has so many answers, some seconds later; its server is not told."""
    with tiny.start() as process:
        assert until(lambda: len(tiny.stored()) >= answered or process.poll() is not None, 100)
        time.sleep(later)
        assert process.poll() is None, "there was nothing left to kill it at"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()


def test_killed_while_its_own_server_writes(tiny: Run) -> None:
    """What was answered is kept and not asked again; the server ends with its parent, and its port is free."""
    moments, begun, killed = random.Random(3), 0, list[tuple[int, dict[str, bytes]]]()
    for _ in range(KILLS):
        kill(tiny, len(tiny.stored()) + moments.randint(2, 12), moments.uniform(0.0, 0.02))
        new, kept = tiny.noted()[begun:], tiny.stored()
        ((server, url),) = {(note["server"], note["url"]) for note in new if "server" in note}
        assert until(partial(gone, server), ORPHANED)
        assert until(partial(silent, url), ORPHANED)
        answered = {note["answered"] for note in new if "answered" in note}
        assert len(answered - kept.keys()) <= 1, "an answer is written before the next one is taken"
        assert len({note["asked"] for note in new if "asked" in note} - answered) > 0, "nothing was under way"
        begun += len(new)
        killed.append((begun, kept))
    code, err = tiny.generate()
    assert code in ENDED, err
    for place, kept in killed:
        assert not kept.keys() & {note.get("asked") for note in tiny.noted()[place:]}
        assert kept.items() <= tiny.stored().items()
    first, before = artifacts(tiny.folder), len(tiny.noted())
    assert all(first[name] for name in ARTIFACTS[1:])
    shutil.rmtree(tiny.folder / ".labci/runs")
    assert tiny.generate()[0] == code
    assert len(tiny.noted()) == before
    assert artifacts(tiny.folder) == first
