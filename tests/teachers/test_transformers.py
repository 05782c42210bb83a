"""The transformers teacher on a tiny random model: the same request has the same answer, whatever is beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci.errors import UsageError
from labci.request import Request, Sampling
from labci.teachers import open_teacher
from tests.tiny import tiny_model


def request(text: str, *, temperature: float = 0.9, seed: int = 1) -> Request:
    return Request(
        model="x",
        messages=({"role": "user", "content": text},),
        sampling=Sampling(temperature=temperature, max_tokens=8),
        seed=seed,
        flow="f",
    )


def test_answers_depend_on_the_request_alone(tmp_path: Path) -> None:
    teacher = open_teacher(f"transformers:{tiny_model(tmp_path / 'tiny')}")
    one, two = request("Which tram goes to the harbour?"), request("Hello", seed=2)
    together = dict(zip("ab", (answer for _, answer in teacher.complete([one, two])), strict=True))
    alone = next(answer for _, answer in teacher.complete([two]))
    assert together["b"] == alone
    assert together["a"].finish in ("stop", "length")
    assert together["a"].completion_tokens <= 8
    greedy = request("Hello", temperature=0.0, seed=5)
    same = request("Hello", temperature=0.0, seed=6)
    first, second = (answer for _, answer in teacher.complete([greedy, same]))
    assert first == second
    teacher.close()
    assert teacher.digest


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        _ = open_teacher(f"transformers:{tmp_path}").digest
