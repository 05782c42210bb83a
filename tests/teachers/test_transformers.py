"""The transformers teacher on a tiny random model: the same request has the same answer, whatever is beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.request import Continuation, Request, Response, Sampling
from labci.teachers import Options, Teacher, open_teacher, score
from labci.teachers.transformers import WINDOW, Transformers, folded
from tests.tiny import tiny_model

TEXTS = (
    "Hello", "Which tram goes to the harbour?", "Line 4 goes to the harbour every ten minutes.", "a taxonomy",
    "The labci project turns questions and answers of a taxonomy into a model.", "Which", "Which tram?",
    "into a model, into a model, into a model, into a model", "user", "questions and answers",
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def teacher(model: Path) -> Iterator[Teacher]:
    teacher = open_teacher(f"transformers:{model}")
    yield teacher
    teacher.close()


def request(text: str, *, temperature: float = 0.9, seed: int = 1, most: int = 8, top_p: float = 1.0) -> Request:
    return Request(
        model="x",
        messages=({"role": "user", "content": text},),
        sampling=Sampling(temperature=temperature, top_p=top_p, max_tokens=most),
        seed=seed,
        flow="f",
    )


def answers(teacher: Teacher, asked: list[Request]) -> dict[str, Response]:
    return {one.digest: response for one, response in teacher.complete(asked)}


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_alone_or_in_company(teacher: Teacher, temperature: float) -> None:
    asked = [
        request(text, temperature=temperature, seed=n, most=6 + 3 * n, top_p=0.8 if n % 3 else 1.0)
        for n, text in enumerate(TEXTS)
    ]
    together = answers(teacher, asked)
    alone = answers(teacher, asked[::-1][:1]) | {one.digest: answers(teacher, [one])[one.digest] for one in asked}
    assert together == alone
    assert len(together) == len(TEXTS)
    if temperature:
        assert len({response.text for response in together.values()}) > len(TEXTS) / 2


@pytest.mark.slow
def test_one_at_a_time_is_the_deterministic_mode(model: Path, teacher: Teacher) -> None:
    asked = [request(text, seed=n) for n, text in enumerate(TEXTS[:4])]
    single = Transformers(Options(argument=str(model), jobs=1))
    assert answers(single, asked) == answers(teacher, asked)
    single.close()


@pytest.mark.slow
def test_jobs_are_the_rows_that_are_under_way_at_once(model: Path, teacher: Teacher) -> None:
    """Whoever shares a graphics card says how much of it is theirs."""
    asked = [request(text, seed=n, most=30, temperature=0.0) for n, text in enumerate(TEXTS)]
    few = Transformers(Options(argument=str(model), jobs=3))
    sizes: list[int] = []
    lm = few._open()
    lm.model.register_forward_pre_hook(
        lambda module, given, named: sizes.append(len(named["input_ids"])), with_kwargs=True
    )
    assert answers(few, asked) == answers(teacher, asked)
    assert max(sizes) == 3
    few.close()


LIMITED = """
import resource, sys
from pathlib import Path
from labci.teachers import Options
from labci.teachers import transformers
from tests.teachers.test_transformers import answers, request
transformers.TOKENS["cpu"] = 65536  # as on a large machine
teacher = transformers.Transformers(Options(argument=sys.argv[1]))
asked = [request(f"{n} " + "ten minutes " * 150, seed=n, most=3) for n in range(150)]
sizes = []
teacher._open().model.register_forward_pre_hook(
    lambda module, given, named: sizes.append(len(named["input_ids"])), with_kwargs=True
)
list(teacher.complete(asked[:1]))  # all that is loaded once
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
sizes.clear()
resource.setrlimit(resource.RLIMIT_AS, (now + int(sys.argv[2]) * 1_000_000, resource.RLIM_INFINITY))
found = answers(teacher, asked)
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
few = transformers.Transformers(Options(argument=sys.argv[1], jobs=25))
print(sizes[0], max(sizes[1:]), found == answers(few, asked))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits its memory as Linux does")
def test_a_batch_that_has_no_room_is_written_in_halves(model: Path) -> None:
    """And no answer is another one for it."""
    command = [sys.executable, "-c", LIMITED, str(model), "80"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert done.returncode == 0, done.stderr
    first, then, same = done.stdout.split()
    assert (int(first), same) == (150, "True")
    assert 1 < int(then) <= 75


REFUSING = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


@pytest.fixture
def gemma(model: Path, tmp_path: Path) -> Teacher:
    """The same weights with a chat template that knows no system turn, as those of Gemma 2 and early Mistral."""
    folder = shutil.copytree(model, tmp_path / "gemma")
    (folder / "chat_template.jinja").write_text(REFUSING)
    return open_teacher(f"transformers:{folder}")


@pytest.mark.slow
def test_what_the_system_says_is_the_user_s_first_where_a_template_knows_no_system(gemma: Teacher) -> None:
    turns: tuple[dict[str, str], ...] = (
        {"role": "system", "content": "You write questions."},
        {"role": "user", "content": "Fact: a tram."},
        {"role": "assistant", "content": "Which?"},
        {"role": "user", "content": "Fact: a ship."},
    )
    plain = request("", temperature=0.0)
    told = replace(plain, messages=turns)
    one = {"role": "user", "content": "You write questions.\n\nFact: a tram."}
    same = replace(plain, messages=(one, *turns[2:]))
    with closing(gemma):
        found = answers(gemma, [told, same])
    assert found[told.digest] == found[same.digest]
    assert found[told.digest].prompt_tokens > 20


def test_a_system_turn_stays_where_the_template_knows_it(teacher: Teacher) -> None:
    plain = request("Hello", temperature=0.0)
    turns = ({"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello"})
    told = replace(plain, messages=turns)
    same = request("Be short.\n\nHello", temperature=0.0)
    found = answers(teacher, [told, same])
    assert found[told.digest].prompt_tokens != found[same.digest].prompt_tokens


@pytest.mark.slow
def test_a_system_turn_is_scored_where_the_template_knows_none(gemma: Teacher) -> None:
    turns = ({"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello"})
    joined = ({"role": "user", "content": "Be short.\n\nHello"},)
    with closing(gemma):
        left, right = (score(gemma, [Continuation(messages=messages, text="Which")]) for messages in (turns, joined))
    assert left
    assert left == right


def test_a_conversation_is_folded_at_its_beginning() -> None:
    system, user = {"role": "system", "content": "S"}, {"role": "user", "content": "U"}
    assert folded([system, system, user]) == [{"role": "user", "content": "S\n\nS\n\nU"}]
    assert folded([system]) == [{"role": "user", "content": "S"}]
    assert folded([user]) == [user]


def test_draws_of_one_prompt_and_greedy_rows_side_by_side(teacher: Teacher) -> None:
    draws = [request("Hello", seed=seed, temperature=1.0) for seed in range(12)]
    greedy = [request("Hello", temperature=0.0, seed=seed) for seed in (5, 6)]
    found = answers(teacher, [*draws, *greedy])
    assert found == answers(teacher, [*greedy, *draws[::-1]])
    assert found[greedy[0].digest] == found[greedy[1].digest]
    assert len({found[one.digest].text for one in draws}) > 6


def test_length_stop_strings_and_counts(teacher: Teacher) -> None:
    whole = request("Hello", temperature=0.0, most=24)
    text = answers(teacher, [whole])[whole.digest]
    assert (text.finish, text.completion_tokens) == ("length", 24)
    stop = text.text[len(text.text) // 2 :][:3]
    cut = replace(whole, sampling=replace(whole.sampling, stop=("never there", stop)))
    short = request("Hello", temperature=0.0, most=3)
    found = answers(teacher, [cut, whole, short])
    assert found[cut.digest].text == text.text[: text.text.index(stop)].strip()
    assert found[cut.digest].finish == "stop"
    assert found[cut.digest].completion_tokens < 24
    assert found[whole.digest] == text
    assert (found[short.digest].finish, found[short.digest].completion_tokens) == ("length", 3)
    assert text.prompt_tokens == found[short.digest].prompt_tokens > 0


def test_a_turn_that_ends_is_a_stop(teacher: Teacher) -> None:
    hot = [request("Hello", temperature=3.0, seed=seed, most=100) for seed in range(20)]
    ended = [response for response in answers(teacher, hot).values() if response.finish == "stop"]
    assert ended
    assert all("<|im_end|>" not in response.text and response.completion_tokens <= 100 for response in ended)


def test_what_fits_no_context_is_truncated(teacher: Teacher) -> None:
    long, short = request("ten minutes " * 400), request("ten minutes " * 120, most=600, temperature=0.0)
    found = answers(teacher, [long, short])
    assert (found[long.digest].text, found[long.digest].finish) == ("", "length")
    assert found[short.digest].prompt_tokens + found[short.digest].completion_tokens <= 512


def test_an_endless_source_is_read_a_window_at_a_time(teacher: Teacher) -> None:
    read = 0

    def endless() -> Iterator[Request]:
        nonlocal read
        while True:
            read += 1
            yield request(TEXTS[read % len(TEXTS)], seed=read, most=2)

    source = teacher.complete(endless())
    for _ in range(WINDOW + 5):
        next(source)
    assert read == 2 * WINDOW


def test_the_digest_is_of_the_weights(teacher: Teacher, tmp_path: Path) -> None:
    assert teacher.digest == open_teacher(f"transformers:{tiny_model(tmp_path / 'same')}").digest
    assert teacher.digest != open_teacher(f"transformers:{tiny_model(tmp_path / 'other', seed=1)}").digest


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        _ = open_teacher(f"transformers:{tmp_path}").digest
