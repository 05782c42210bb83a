"""Another engine may drive the flows: whatever its order, the run's files are the same, byte by byte."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from labci.generate import generate
from labci.generate.asking import Asking
from labci.generate.executor import Complete, Owner, Running
from labci.request import Request, Response
from tests.conftest import put
from tests.generate.conftest import Place

FILES = ("samples.jsonl", "rejects.jsonl")


class Pool:
    """An `Executor` of threads: programs in any order, each with its own requests, which are answered in any order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def run(self, programs: Iterable[tuple[Owner, Running]], complete: Complete) -> Iterator[tuple[Owner, Any]]:
        waiting = [(owner, program, next(program, None)) for owner, program in programs]
        while waiting:
            self.random.shuffle(waiting)
            owner, program, asks = waiting.pop()
            requests = [ask.request for ask in asks or ()]
            self.random.shuffle(requests)
            with ThreadPoolExecutor(1) as other:
                answers = other.submit(_answered, requests, complete).result()
            try:
                waiting.append((owner, program, program.send(answers)))
            except StopIteration as end:
                yield owner, end.value


def _answered(requests: list[Request], complete: Complete) -> dict[str, Response]:
    return {request.digest: response for request, response in complete(iter(requests))}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_another_executor_gives_the_same_bytes(
    place: Place, monkeypatch: pytest.MonkeyPatch, git_commit: Any, seed: int
) -> None:
    second_leaf(place)
    git_commit(place.folder)
    local = place.job(run="local", store="one", limit=2)
    generate(local)

    def asking(job: Any) -> Asking:
        return Asking(job, Pool(seed))

    monkeypatch.setattr("labci.generate.stage.Asking", asking)
    other = place.job(run="other", store="two", limit=2)
    generate(other)
    for name in FILES:
        assert (other.run / name).read_bytes() == (local.run / name).read_bytes()
    assert (local.run / "samples.jsonl").read_text().count("\n") > 4


def second_leaf(place: Place) -> None:
    rows = "".join(f"  - question: Say {n} politely.\n    answer: Kindly take {n}, dear guest.\n" for n in range(5))
    text = f"version: 3\ncreated_by: ada\ntask_description: Be polite.\nseed_examples:\n{rows}"
    put(place.folder, "taxonomy/compositional_skills/writing/polite/qna.yaml", text)
