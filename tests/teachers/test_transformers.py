"""The transformers teacher on a tiny random model: the same request has the same answer, whatever is beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.request import Request, Response, Sampling
from labci.teachers import Options, Teacher, open_teacher
from labci.teachers.transformers import WINDOW, Transformers
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


def test_one_at_a_time_is_the_deterministic_mode(model: Path, teacher: Teacher) -> None:
    asked = [request(text, seed=n) for n, text in enumerate(TEXTS[:4])]
    single = Transformers(Options(argument=str(model), jobs=1))
    assert answers(single, asked) == answers(teacher, asked)
    single.close()


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
