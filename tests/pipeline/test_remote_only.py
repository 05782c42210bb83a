"""Who asks a remote teacher for samples needs no torch: it is there to judge and to train."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_core_installation import HIDING
from tests.conftest import git, put
from tests.pipeline.conftest import environment
from tests.pipeline.letters import ARTIFACTS, artifacts
from tests.pipeline.test_faults import entries, place, writer
from tests.servers.chat import Chat, serving

__all__ = ["place"]


def without_torch(place: Path, chat: Chat, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HIDING, "torch", "-C", str(place), *arguments], check=False, capture_output=True,
        text=True, env={**environment(chat), "LABCI_CACHE": str(place / "cache")}, timeout=200,
    )  # fmt: skip


@pytest.mark.slow
def test_samples_of_a_remote_teacher_need_no_torch(place: Path) -> None:
    """The student is a known model, which would be fetched: to read what is judged."""
    put(place, "labci.yaml", "teacher: openai:quiz\n")
    git(place, "commit", "-qam", "Train the model that labci knows")
    with serving(writer) as chat:
        ended = without_torch(place, chat, "generate")
        assert ended.returncode in (0, 1), ended.stderr
        assert "torch" not in ended.stderr
        assert len(entries(place)) > 20
        assert set(artifacts(place)) == set(ARTIFACTS)
        asked = chat.requests
        further = without_torch(place, chat, "run")
        assert further.returncode == 5
        assert "needs the package torch" in further.stderr
        assert chat.requests == asked
    assert not list((place / "cache").rglob("*.safetensors"))
