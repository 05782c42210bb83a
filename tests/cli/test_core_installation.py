"""A core installation says which extra a command needs, and does nothing before: no download, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labci.extras import EXTRAS, extra_of
from tests.conftest import add_leaf
from tests.imports import read

ROOT = Path(__file__).parents[2]
HIDING = """
import sys
hidden = sys.argv.pop(1).split(",")
sys.modules.update(dict.fromkeys(hidden))  # None: as if it were not installed
from labci.cli import main
main(sys.argv[1:])
"""
HEAVY = ",".join(name for names in EXTRAS.values() for name in names)


def without(modules: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A labci command in a process where some modules can't be imported."""
    command = [sys.executable, "-c", HIDING, modules, "-C", str(folder), *arguments]
    cache = folder / "cache"
    environment = {"PYTHONPATH": str(ROOT), "LABCI_CACHE": str(cache), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert [file for file in cache.rglob("*") if file.is_file()] == []
    return done


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "generate main~1",
        "mix",
        "train",
        "evaluate",
        "chat",
        "models pull",
        "run main~1",
        "teachers build",
        "teachers evaluate",
    ],
)
def test_the_extra_is_named(repository: Path, command: str) -> None:
    add_leaf(repository, "dev_press")
    ended = without(HEAVY, repository, "-q", *command.split())
    assert ended.returncode == 5, ended.stderr
    assert "needs the package torch, which is not installed" in ended.stderr
    assert "pip install '.[train]', or '.[all]'" in ended.stderr
    assert ended.stderr.count("error: ") == 1
    assert "bug" not in ended.stderr


def test_a_module_that_nobody_asked_for_beforehand(repository: Path) -> None:
    """The one place where errors are shown knows it, too."""
    code = "from labci.cli.failure import guarded\ndef f(): import scipy.stats\nprint(guarded(f))"
    hide = "import sys\nsys.modules['scipy'] = None\n"
    done = subprocess.run([sys.executable, "-c", hide + code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "5\n"
    assert "the package scipy, which is not installed" in done.stderr
    assert "'train'" in done.stderr


def test_labci_s_own_missing_module_is_a_bug(repository: Path) -> None:
    code = "from labci.cli.failure import guarded\ndef f(): import labci.nonsense\nprint(guarded(f))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, "a bug in labci" in done.stderr) == ("3\n", True)


@pytest.mark.slow
def test_plan_works_and_says_how_to_count_exactly(repository: Path) -> None:
    add_leaf(repository, "dev_press")
    ended = without(HEAVY, repository, "-q", "plan", "main~1")
    assert ended.returncode == 0, ended.stderr
    assert "from a clone: pip install '.[teacher]'" in ended.stdout
    assert "labci[" not in ended.stdout


@pytest.mark.slow
def test_every_optional_import_is_known() -> None:
    """A new lazy import without its extra here would be called a bug of labci."""
    from tests.test_architecture import CORE

    known = CORE | set(sys.stdlib_module_names) | {"labci", "__future__", "requests"}  # PyGithub's
    foreign = {found.target.split(".")[0] for found in read(ROOT / "labci") if found.target} - known
    assert {name for name in foreign if not extra_of(name)} == set()
