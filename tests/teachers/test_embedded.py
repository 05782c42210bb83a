"""The embedded teacher: a real llama.cpp server on a tiny random model; the real one where it is prepared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from labci import models
from labci.errors import OutsideError
from labci.request import Request, Response, Sampling
from labci.teachers import Options, Teacher, _embedded, open_teacher
from labci.teachers.embedded import Embedded, reason, slots_for
from tests.tiny import tiny_gguf, tiny_model

pytestmark = pytest.mark.slow
PREFIX = "Which tram goes to the harbour? Line 4 goes to the harbour every ten minutes. " * 3
HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def gguf(model: Path) -> Path:
    return tiny_gguf(model, model.parent / "tiny.gguf")


def served(gguf: Path, *, jobs: int = 0) -> Embedded:
    teacher = _embedded(Options(jobs=jobs), gguf)
    assert isinstance(teacher, Embedded)
    return teacher


def requests(count: int, *, temperature: float = 0.9, most: int = 6, draws: int = 1) -> list[Request]:
    return [
        Request(
            model="m",
            messages=({"role": "user", "content": f"{PREFIX}{n // 4 % 3} {n}"},),
            sampling=Sampling(temperature=temperature, max_tokens=most),
            seed=seed,
            flow="f",
        )
        for n in range(count)
        for seed in range(draws)
    ]


def answers(teacher: Teacher, asked: list[Request]) -> dict[str, Response]:
    return {one.digest: response for one, response in teacher.complete(asked)}


def test_prefixes_are_reused_and_the_answers_are_the_model_s(model: Path, gguf: Path) -> None:
    asked = requests(12, temperature=0.0, draws=4)
    with closing(served(gguf)) as teacher:
        found = answers(teacher, asked)
        again = answers(teacher, asked[:1])  # the server goes on
    assert len(found) == len(asked)
    assert again[asked[0].digest].text == found[asked[0].digest].text
    sent = sum(response.prompt_tokens for response in found.values())
    assert sum(response.cached_tokens for response in found.values()) > 0.5 * sent
    with closing(open_teacher(f"transformers:{model}")) as same:
        expected = answers(same, asked)
    for one in asked:
        left, right = found[one.digest], expected[one.digest]
        assert (left.text.strip(), left.finish, left.prompt_tokens) == (right.text, right.finish, right.prompt_tokens)


def test_one_job_is_the_deterministic_mode(gguf: Path) -> None:
    asked = requests(6, draws=2)
    with closing(served(gguf, jobs=1)) as teacher:
        first, second = answers(teacher, asked), answers(teacher, asked[::-1])
    assert first == second
    assert not any(response.cached_tokens for response in first.values())


def test_what_fits_no_context_is_truncated(gguf: Path) -> None:
    first, last = requests(2)
    long = replace(first, messages=({"role": "user", "content": PREFIX * 200},))
    with closing(served(gguf)) as teacher:
        found = answers(teacher, [first, long, last])
    assert (found[long.digest].text, found[long.digest].finish) == ("", "length")
    assert found[first.digest].text
    assert found[last.digest].text


def test_a_server_that_dies_mid_run(gguf: Path) -> None:
    teacher, done = served(gguf), []
    with closing(teacher), pytest.raises(OutsideError, match="stopped") as caught:  # noqa: PT012 (what came before)
        for one, _ in teacher.complete(requests(2000, most=40)):
            done.append(one)
            if len(done) == 5:
                assert teacher.child is not None
                os.kill(teacher.child.pid, signal.SIGKILL)
    assert 5 <= len(done) < 2000
    assert caught.value.exit_code == 5
    assert "kept" in caught.value.hint


def test_a_server_that_died_between_two_calls_is_started_again(gguf: Path) -> None:
    asked = requests(3)
    with closing(served(gguf)) as teacher:
        list(teacher.complete(asked))
        assert teacher.child is not None
        os.kill(teacher.child.pid, signal.SIGKILL)
        teacher.child.wait()
        assert len(answers(teacher, asked)) == 3


@pytest.mark.parametrize(
    ("file", "says"),
    [("text.gguf", "invalid magic"), ("half.gguf", "corrupted or incomplete"), ("none.gguf", "No such file|failed")],
)
def test_a_file_that_can_t_be_served(gguf: Path, tmp_path: Path, file: str, says: str) -> None:
    (tmp_path / "text.gguf").write_text("no weights\n" * 100)
    (tmp_path / "half.gguf").write_bytes(gguf.read_bytes()[:40_000])
    with closing(served(tmp_path / file)) as teacher, pytest.raises(OutsideError, match=says) as caught:
        list(teacher.complete(requests(1)))
    assert "did not start" in caught.value.message
    assert "\n" not in caught.value.message
    assert file in caught.value.hint


def test_closing_ends_the_server(gguf: Path) -> None:
    teacher = served(gguf)
    assert next(iter(teacher.complete(requests(1))))
    assert teacher.child is not None
    child = teacher.child.pid
    teacher.close()
    assert not Path(f"/proc/{child}").exists() or sys.platform != "linux"
    teacher.close()


PARENT = """
import sys
from pathlib import Path
from labci.teachers import Options, _embedded
from tests.teachers.test_embedded import requests
teacher = _embedded(Options(), Path(sys.argv[1]))
answers = teacher.complete(requests(5000, most=40))
next(answers)
print(teacher.child.pid, flush=True)
for _ in answers: pass
"""


@pytest.fixture
def parent(gguf: Path) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(gguf)], cwd=HERE, env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with child:
        yield child
        child.kill()


def test_a_parent_that_is_killed_takes_its_server_with_it(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    os.kill(server, 0)
    parent.kill()
    parent.wait()
    end = time.monotonic() + 20
    while _lives(server) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(server)


@pytest.mark.parametrize("settings", [True, False])
def test_a_parent_that_is_killed_while_its_server_starts_leaves_none(gguf: Path, settings: bool) -> None:
    """Before the server has its settings, or before it can tell where it listens."""
    wanted = {"model": str(gguf), "threads": 2, "slots": 4, "context": 2048, "key": "", "reuse": True}
    with subprocess.Popen(
        [sys.executable, "-m", "labci.teachers.llama_server"], cwd=HERE, env={**os.environ, "PYTHONPATH": str(HERE)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdout.close()  # as a killed parent's are
        if settings:
            server.stdin.write(json.dumps(wanted) + "\n")
        server.stdin.close()
        try:
            server.wait(20)
        finally:
            server.kill()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_slots_grow_with_the_machine_and_not_without_end() -> None:
    assert [slots_for(threads) for threads in (1, 2, 4, 64)] == [4, 8, 16, 32]


def test_the_reason_is_the_first_error() -> None:
    log = "0.01 I load: fine\n0.02 E gguf_init: no magic\n0.03 E srv  init: exiting\nRuntimeError: check the input"
    assert reason(log) == "no magic"
    assert reason("ValueError: a\nValueError: b\n") == "ValueError: b"
    assert reason("") == ""


@pytest.mark.model
def test_the_real_model_saves_most_of_the_prompts() -> None:
    if not models.gguf_path("smollm2-135m").exists():
        pytest.skip("run: labci models pull smollm2-135m")
    with closing(open_teacher("embedded")) as teacher:
        found = answers(teacher, requests(8, temperature=0.5, draws=4))
    sent = sum(response.prompt_tokens for response in found.values())
    assert sum(response.cached_tokens for response in found.values()) > 0.6 * sent
    assert all(response.text for response in found.values())
