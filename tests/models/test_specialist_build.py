"""The specialist's rows, digest and GGUF."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import models
from labci.errors import UsageError
from labci.lm.load import weights_digest
from labci.models.specialist import Specialist, build, gguf_file, history, place
from labci.models.specialist.conversations import MOST_TURNS, conversations
from tests.lm.say import Said

ROOT = Path(__file__).parents[2]


def test_no_question_holds_its_answer_and_every_answer_is_in_the_fact() -> None:
    found = list(conversations(0, 1))
    assert len(found) > 500
    for item in found:
        assert 1 <= len(item.turns) <= MOST_TURNS
        for answer, question in item.turns:
            assert answer.lower() in item.fact.lower()
            assert f" {answer.lower()} " not in f" {question.lower()} "
            assert question.endswith("?")


def test_the_first_turn_is_what_the_teacher_will_be_asked() -> None:
    row = next(iter(conversations(0, 1))).to_row()
    first, second = row["prompt"][0]["content"], row["completion"][1]["content"]
    assert [line.split(":")[0] for line in first.splitlines()] == ["Topic", "Fact", "Answer"]
    assert second.startswith("Answer: ")


def test_the_digest_tells_base_and_rows_apart(monkeypatch: pytest.MonkeyPatch, tiny_base: Path) -> None:
    monkeypatch.delenv(place.VARIABLE, raising=False)
    whole = models.specialist_digest()
    assert whole == "0836881756bb4a5a260d736cf06f8a527531984953ef2abfaed0db2a84dc7df1"  # half an hour of every machine
    assert models.specialist_digest(Specialist(base=str(tiny_base))) != whole
    monkeypatch.setenv(place.VARIABLE, "8")
    assert models.specialist_digest() != whole
    assert len(list(place.training_rows(models.SHIPPED))) == 8
    monkeypatch.setenv(place.VARIABLE, "many")
    with pytest.raises(UsageError, match="no number"):
        models.specialist_digest()


@given(st.integers(1, 4), st.integers(1, 8), st.integers(1, 5))
def test_rotary_halves_are_interleaved(heads: int, half: int, width: int) -> None:
    import numpy as np

    data = np.arange(heads * 2 * half * width).reshape(heads * 2 * half, width)
    made = gguf_file._permuted(data, heads)
    for head in range(heads):
        for at in range(half):
            for part in range(2):
                row = made[head * 2 * half + 2 * at + part]
                assert (row == data[head * 2 * half + part * half + at]).all()


@pytest.mark.model
@pytest.mark.timeout(900)
def test_a_few_rows_make_a_teacher(monkeypatch: pytest.MonkeyPatch, own_cache: Path, few_rows: None) -> None:
    base, student = models.gguf_path("smollm2-135m"), models.student_folder("smollm2-135m")
    monkeypatch.delenv("LABCI_CACHE")
    here = [models.gguf_path("smollm2-135m"), models.student_folder("smollm2-135m")]
    if not all(path.exists() for path in here):
        pytest.skip("run: labci models pull smollm2-135m")
    for path, target in zip((base, student), here, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    monkeypatch.setenv("LABCI_CACHE", str(own_cache))
    said = Said()
    folder = build.build(models.SHIPPED, said)
    assert (folder / place.GGUF).stat().st_size > 100_000_000
    assert any("once on this machine" in line for line in said.lines)
    lines = len(said.lines)
    assert build.build(models.SHIPPED, said) == folder
    assert len(said.lines) == lines
    assert [made["digest"] for made in history.builds()] == [models.specialist_digest()]


BUILD = (
    "import resource, signal, sys\n"
    "from labci import models\n"
    "from labci.errors import OutsideError\n"
    "from labci.models.specialist import Specialist\n"
    "from tests.lm.say import Said\n"
    "if len(sys.argv) > 2:\n"
    "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
    "print('ready', flush=True)\n"
    "try:\n"
    "    models.build_specialist(Specialist(base=sys.argv[1]), Said())\n"
    "except OutsideError as error:\n"
    "    print(error.message, error.hint, sep='\\n')\n"
)


def process(cache: Path, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LABCI_CACHE": str(cache), place.VARIABLE: "8"}
    command = [sys.executable, "-c", BUILD, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_killed_builds_go_on_and_end_as_one_that_was_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_base: Path, few_rows: None
) -> None:
    """Killed once when its rows are there, and once when its weights are."""
    wanted = Specialist(base=str(tiny_base))
    weights = {}
    for name in ("killed", "whole"):
        cache = tmp_path / name
        monkeypatch.setenv("LABCI_CACHE", str(cache))
        folder = place.folder_of(wanted)
        folder.mkdir(parents=True)
        (folder / ".training.json.wwcd5dln").touch()  # as one killed while writing leaves it
        for point in ("rows.jsonl", "tuned") if name == "killed" else ():
            running = process(cache, tiny_base)
            while running.poll() is None and not (folder / point).exists():
                time.sleep(0.005)
            running.kill()
            running.communicate()
        assert process(cache, tiny_base).communicate()[0] == "ready\n"
        weights[name] = weights_digest(folder / place.TUNED)
        assert [made["digest"] for made in history.builds()] == [place.digest_of(wanted)]
        assert not list(folder.glob(".*"))
    assert weights["killed"] == weights["whole"]


@pytest.mark.slow
@pytest.mark.parametrize("size", [500, 50_000])  # the rows don't fit; the weights don't
def test_a_full_disk_is_said_and_the_build_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_base: Path, few_rows: None, size: int
) -> None:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path))
    out, _ = process(tmp_path, tiny_base, size).communicate()
    assert "no space left on the disk" in out
    assert "run the same command" in out
    assert not place.is_ready(Specialist(base=str(tiny_base)))
    assert process(tmp_path, tiny_base).communicate()[0] == "ready\n"
    assert place.is_ready(Specialist(base=str(tiny_base)))
