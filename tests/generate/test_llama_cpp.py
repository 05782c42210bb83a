"""With OPENAI_BASE_URL alone, a llama.cpp server outside of labci is the teacher; the run has a full report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labci import models
from labci.artifact import read_json
from tests.generate.conftest import knowledge_leaf

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]
SLOTS = 4


@pytest.fixture
def server() -> Iterator[str]:
    """A llama.cpp server with the base model; its address."""
    gguf = models.gguf_path("smollm2-135m")
    if not gguf.exists():
        pytest.skip("run: labci models pull smollm2-135m")
    settings = {"model": str(gguf), "threads": 2, "slots": SLOTS, "context": 2048, "key": "", "reuse": True}
    with subprocess.Popen(
        [sys.executable, "-m", "labci.teachers.llama_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(settings) + "\n")
        child.stdin.flush()
        yield json.loads(child.stdout.readline())["address"]
        child.kill()


def test_a_llama_cpp_server_is_driven(repository: Path, server: str, git_commit: Callable[[Path], None]) -> None:
    knowledge_leaf(repository)
    git_commit(repository)
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    env |= {"OPENAI_BASE_URL": f"{server}/v1"}

    def labci(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "labci", "-C", str(repository), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    done = labci("generate", "--teacher", "openai:smollm2", "--limit", "1", "--jobs", str(SLOTS))
    assert done.returncode == 0, done.stderr
    (run,) = (repository / ".labci" / "runs").iterdir()
    generation = read_json(run / "generation.json")
    (leaf,) = generation["leaves"]
    assert leaf["flow"].startswith("knowledge-small@")  # it took the exam, and can't judge
    assert generation["calls"] > 16
    assert 0 < generation["cached_tokens"] < generation["prompt_tokens"]
    report = labci("report", "--format", "json")
    assert report.returncode == 0, report.stderr
    assert json.loads(report.stdout)["leaves"][0]["path"] == "knowledge/quay"
    assert labci("report").returncode == 0
    assert "<html" in (run / "report.html").read_text("utf-8")
