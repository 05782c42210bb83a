"""Fixtures that several areas share: real git repositories, and the command line in this process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine must not fail a property, and neither must chance: the same examples every time.
# HYPOTHESIS_PROFILE=search looks for new ones, and for more of them.
settings.register_profile("labci", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "labci"))

LEAVES = Path(__file__).parent / "leaves"
Labci = Callable[..., "Ended"]


def pytest_configure(config: pytest.Config) -> None:
    """Before torch is there: its threads wait for each other asleep, and take no core from the test beside this one.

    Spinning beside another test, they made a tiny model take four times as long. The embedded model is tested alone.
    """
    if config.option.markexpr != "model":
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; its output."""
    identity = ["-c", "user.name=Tess Ting", "-c", "user.email=tess@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="session", autouse=True)
def _impatient() -> Iterator[None]:
    """Servers on loopback need no peace: pauses between requests to them, and before another attempt, are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labci.forges.github.BETWEEN", 0.0)
        patch.setattr("labci.forges.github.BETWEEN_WRITES", 0.0)
        patch.setattr("labci.teachers.openai.FIRST_WAIT", 0.01)
        yield


@pytest.fixture
def labci(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Labci:
    """Run a labci command in this process: `labci("-C", folder, "lint")`."""
    from labci.cli import app
    from labci.cli.failure import guarded

    def run(*arguments: object) -> Ended:
        argv = [str(argument) for argument in arguments]
        monkeypatch.setattr("sys.argv", ["labci", *argv])
        capfd.readouterr()
        code = guarded(lambda: app(args=argv, standalone_mode=False))
        shown = capfd.readouterr()
        return Ended(code=code, out=shown.out, err=shown.err)

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A committed taxonomy repository on main with settings, no leaf."""
    folder = tmp_path / "taxonomy-repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    put(folder, "labci.yaml", "taxonomy: taxonomy\n")
    put(folder, ".gitignore", ".labci/\nmodels/\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Start")
    return folder


def add_leaf(folder: Path, name: str, *, leaf: str = "") -> str:
    """Commit a leaf of tests/leaves as knowledge/bench/NAME; returns its path below the taxonomy root."""
    source, path = LEAVES / name, f"knowledge/bench/{leaf or name}"
    put(folder, f"documents/{name}.md", (source / "document.md").read_text("utf-8"))
    for file in ("qna.yaml", "attribution.txt"):
        put(folder, f"taxonomy/{path}/{file}", (source / file).read_text("utf-8"))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", f"Add {leaf or name}")
    return path
