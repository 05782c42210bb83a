"""The main job with the embedded model: a leaf that can be learned passes; noise in the same form does not.

The three runs share one store and the same reduced training, so the refusals mean something: under these very
settings the honest leaf passes. Full settings and 30 questions a leaf are measured by `scripts/bench main`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labci.report.progress import Plain
from tests.conftest import git, put
from tests.main_job import worlds

pytestmark = [pytest.mark.model, pytest.mark.timeout(2400)]
SETTINGS = """taxonomy: taxonomy
store: {store}
train: {{max_tokens: 18000, alphas: [1.0]}}
generate: {{samples_per_span: 1}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a run ended, and its folder."""

    code: int
    out: str
    repository: Path
    run: Path

    @property
    def verdict(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.run / "verdict.json").read_text("utf-8"))
        return value


Runner = Callable[[str, str, str, str], Done]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Commit the leaf with this qna.yaml and document to a fresh repository, and run the pipeline."""
    prepare_model()
    store = tmp_path_factory.mktemp("store")

    def start(name: str, qna: str, document: str, items: str) -> Done:
        folder = tmp_path_factory.mktemp(name)
        git(folder, "init", "-q", "-b", "main")
        put(folder, "labci.yaml", SETTINGS.format(store=store))
        put(folder, ".gitignore", ".labci/\nmodels/\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "Start")
        put(folder, f"documents/{worlds.NAME}.md", document)
        put(folder, f"taxonomy/knowledge/bench/{worlds.NAME}/qna.yaml", qna)
        put(folder, f"taxonomy/knowledge/bench/{worlds.NAME}/heldout.yaml", items)
        put(folder, f"taxonomy/knowledge/bench/{worlds.NAME}/attribution.txt", worlds.read("attribution.txt"))
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", name)
        ended = subprocess.run(
            [sys.executable, "-m", "labci", "run", "main~1..main"], cwd=folder, capture_output=True, text=True,
            env=_environment(), check=False,
        )  # fmt: skip
        print(ended.stdout, ended.stderr[-2000:])
        return Done(
            code=ended.returncode, out=ended.stdout, repository=folder, run=next((folder / ".labci/runs").iterdir())
        )

    return start


def prepare_model() -> None:
    """The embedded model with its specialist teacher: the machine's own if it is there, else one of few rows."""
    from labci import models

    if not models.specialist_gguf().exists():
        os.environ["LABCI_SPECIALIST_ROWS"] = os.environ.get("LABCI_SPECIALIST_ROWS", "180")
    rows = os.environ.get("LABCI_SPECIALIST_ROWS", "all")
    print(f"specialist teacher built from {rows} rows: {models.specialist_gguf()}")
    models.pull(models.DEFAULT, Plain())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def again(repository: Path) -> str:
    """Run the same range once more; what it says."""
    command = [sys.executable, "-m", "labci", "run", "main~1..main"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, env=_environment(), check=True)
    return done.stdout + done.stderr


def forget_release(done: Done) -> None:
    """As if the run had just passed its gate."""
    shutil.rmtree(done.repository / "models")
    shutil.rmtree(done.run / "release")
    (done.run / "manifest" / "release.json").unlink()


def kill_in_release(repository: Path) -> None:
    """kill -9 to `labci run` as soon as anything of a release is in the hub's folder."""
    command = [sys.executable, "-m", "labci", "run", "main~1..main"]
    with subprocess.Popen(command, cwd=repository, env=_environment(), start_new_session=True) as process:
        until = time.monotonic() + 240
        while not any((repository / "models").glob(".part-*/*")):
            assert process.poll() is None, "the run ended before anything was released"
            assert time.monotonic() < until
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)


def expect_the_plan_to_be_near(done: Done) -> None:
    """Calls and tokens within a factor of two of what the run took."""
    made = json.loads((done.run / "generation.json").read_text("utf-8"))
    for name in ("calls", "prompt_tokens", "completion_tokens"):
        assert 0.5 < made["planned"][name] / made[name] < 2, name


def test_an_honest_leaf_passes_and_is_released(run: Runner) -> None:
    """PASS, a release that verifies, and nothing left to do; killed in the release, the rerun makes it whole."""
    done = run("honest", worlds.read("qna.yaml"), worlds.read("document.md"), worlds.further_items())
    assert done.code == 0, done.out
    assert done.verdict["verdict"] == "PASS"
    expect_the_plan_to_be_near(done)
    release = done.repository / "models" / "v0.1.0"
    from labci.release import verify

    assert verify(release) == []
    assert "nothing to do" in again(done.repository)
    forget_release(done)
    kill_in_release(done.repository)
    assert not release.exists(), "the kill came too late to test anything"
    again(done.repository)
    assert verify(release) == []
    from transformers import AutoModelForCausalLM

    assert AutoModelForCausalLM.from_pretrained(release).num_parameters() > 1e8


def test_permuted_answers_are_refused(run: Runner) -> None:
    """Answers moved between questions: no release."""
    done = run(
        "permuted", worlds.permuted(worlds.read("qna.yaml")), worlds.read("document.md"), worlds.permuted_items()
    )
    assert done.code in (1, 4), done.out
    assert done.verdict["verdict"] in ("FAIL", "INCONCLUSIVE")
    assert not (done.repository / "models").exists()


def test_a_document_of_another_world_is_refused(run: Runner) -> None:
    """Document and training pairs state other facts than the held-out answers: no release."""
    document = worlds.other_world(worlds.read("document.md"))
    done = run("contradicted", worlds.contradicted(worlds.read("qna.yaml")), document, worlds.further_items())
    assert done.code in (1, 4), done.out
    assert done.verdict["verdict"] in ("FAIL", "INCONCLUSIVE")
    assert not (done.repository / "models").exists()
