"""Many leaves are checked by several processes: the same findings in the same order, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from labci import config
from labci.errors import OutsideError
from labci.lint import lint, pool
from labci.lint.checking import CheckedLeaf
from labci.lintfile import Checked, Place
from tests.conftest import put

# Python 3.12 warns of forking beside other threads; those of pytest's plugins hold no lock that a child needs.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
LEAVES = 90
SKILL = (
    "created_by: octocat\ntask_description: Rewrite.\nseed_examples:\n"
    "  - {{question: 'Which letter came on day {day} of the long journey?', answer: The letter {n}}}\n"
    "  - {{question: 'Where did the traveller {n} sleep in the coldest winter?', answer: In the barn {n}}}\n"
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A taxonomy in which every second leaf repeats a question of an earlier one, and one lies inside another."""
    for n in range(LEAVES):
        put(tmp_path, f"taxonomy/compositional_skills/a/leaf_{n:03}/qna.yaml", SKILL.format(n=f"w{n}", day=n // 2))
    put(tmp_path, "taxonomy/compositional_skills/a/leaf_000/inner/deep/qna.yaml", SKILL.format(n="x", day=999))
    put(tmp_path, "taxonomy/compositional_skills/a/leaf_001/qna.yaml", "a: [")
    return tmp_path


@pytest.fixture
def parallel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine of two cores with many leaves; other tests' threads don't count."""
    monkeypatch.setattr(pool, "FEW", 10)
    monkeypatch.setattr(pool, "AT_ONCE", 4)
    monkeypatch.setattr(pool, "usable_cores", lambda: 2)
    monkeypatch.setattr(pool, "_may_fork", lambda: True)


def found(tree: Path) -> list[Checked]:
    return list(lint(None, root=tree, config=config.read(b"")))


def test_the_same_findings_in_the_same_order(
    tree: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(pool, "usable_cores", lambda: 1)
    alone = found(tree)
    request.getfixturevalue("parallel")
    assert found(tree) == alone
    rules = [item.rule for file in alone for item in file.diagnostics]
    assert rules.count("duplicate-tree") == LEAVES // 2 - 1  # leaf 1 can't be read
    assert rules.count("naming-nested") == 1
    assert rules.count("yaml-syntax") == 1


@pytest.mark.usefixtures("parallel")
def test_a_killed_process_is_said_so(tree: Path) -> None:
    results = lint(None, root=tree, config=config.read(b""))
    next(results)
    for child in psutil.Process().children():
        child.kill()
    with pytest.raises(OutsideError, match="a process of lint was killed"):
        list(results)


@pytest.mark.usefixtures("parallel")
def test_places_are_taken_as_needed() -> None:
    """Memory stays flat: what is not read is not looked for."""
    taken: list[int] = []

    def places() -> Iterator[Place]:
        for n in range(10_000):
            taken.append(n)
            yield Place(folder=Path("/nowhere"), main="qna.yaml", shown=str(n), below=None, inside=False)

    results = pool.spread(lambda place: CheckedLeaf(folder=place.folder, files=(), asked=()), places())
    for _ in range(100):
        next(results)
    assert len(taken) < 200
    results.close()  # type: ignore[attr-defined]


CHILD = """
import sys, time
from pathlib import Path
from labci import config
from labci.lint import lint, pool
pool.FEW, pool.AT_ONCE, pool.usable_cores = 10, 4, lambda: 2
for _ in lint(None, root=Path(sys.argv[1]), config=config.read(b"")):
    print("one", flush=True)
    time.sleep(60)
"""


def test_killed_it_leaves_no_process_behind(tree: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, tree], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = psutil.Process(process.pid).children()
        assert children
        os.kill(process.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children):
        assert time.monotonic() < until
        time.sleep(0.05)
