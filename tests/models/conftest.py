"""A cache of its own, a tiny base model, and a taxonomy repository whose specialist has rows of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labci.models.specialist import place
from tests.conftest import add_leaf, git, put
from tests.tiny import tiny_model

ROWS = "teachers/specialist.jsonl"


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, "8")


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def taught(repository: Path, tiny_base: Path) -> Path:
    """A committed leaf, and settings that name a rows file and the tiny base."""
    settings = f"taxonomy: taxonomy\nspecialist:\n  rows: {ROWS}\n  base: {tiny_base}\n"
    put(repository, "labci.yaml", settings)
    add_leaf(repository, "dev_press")
    return repository


@pytest.fixture
def commit() -> Callable[[Path, str], None]:
    def made(folder: Path, message: str) -> None:
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", message)

    return made
