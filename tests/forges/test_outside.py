"""A forge of another package joins by an entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.forges import Place, open_forge
from labci.forges.plain import PlainForge
from labci.git import Remote
from tests.conftest import put


def test_an_installed_package_brings_a_forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "another_forge.py", "from labci.forges.plain import PlainForge as make\n")
    put(tmp_path, "another_forge-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: another-forge\nVersion: 1.0\n")
    put(tmp_path, "another_forge-1.0.dist-info/entry_points.txt", "[labci.forges]\nanother = another_forge:make\n")
    monkeypatch.syspath_prepend(tmp_path)
    place = Place(push=Remote("origin", "/srv/it.git", "/srv/it.git"), upstream=None, environment={})
    assert isinstance(open_forge("another", place), PlainForge)
