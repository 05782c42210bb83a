"""Dealing requests out to slots, against a real HTTP server."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import OutsideError
from labci.request import Request, Sampling
from labci.teachers.lanes import WINDOW, Lanes, Runs, alike
from labci.teachers.openai import Client, Extra
from tests.servers.chat import Body, Trouble, completion, serving

FACTS = [f"Topic: the press\nFact: {n} turns of the screw press {n * 7} apples." for n in range(12)]


def request(text: str, seed: int = 0) -> Request:
    return Request(model="m", messages=({"role": "user", "content": text},), sampling=Sampling(), seed=seed, flow="f")


def asked_of_facts() -> list[Request]:
    """Two answers of each fact, three draws of each."""
    return [request(f"{fact}\nAnswer: {n}", seed) for fact in FACTS for n in (1, 2) for seed in (0, 1, 2)]


def slot(number: int) -> Extra:
    return lambda _: {"id_slot": number}


def lanes(url: str, slots: int) -> Lanes:
    return Lanes([Client(url=url, key="k", served="m", jobs=1, first_wait=0.01, extra=slot(n)) for n in range(slots)])


def said(body: Body) -> str:
    return f"{body['messages'][-1]['content']} {body['seed']}"


@pytest.mark.slow
def test_what_shares_a_prefix_meets_in_one_slot_and_all_slots_work() -> None:
    together, begun = threading.Barrier(3, timeout=60), set[int]()

    def slow(body: Body) -> Trouble:
        if body["id_slot"] not in begun:  # a slot's first request is answered when every slot has one
            begun.add(body["id_slot"])
            together.wait()
        return Trouble(body=completion(said(body)), wait=0.01)

    asked = asked_of_facts()
    with serving(slow) as chat:
        found = {one.digest: response.text for one, response in lanes(chat.url, 3).complete(asked)}
    assert found == {one.digest: f"{one.messages[0]['content']} {one.seed}" for one in asked}
    assert len(chat.asked) == len(asked)
    assert chat.most == 3
    prompts = defaultdict(list)
    for body in chat.asked:
        prompts[body["id_slot"]].append(body["messages"][0]["content"])
    assert sorted(prompts) == [0, 1, 2]
    anew = sum(1 for told in prompts.values() for one, other in zip(["", *told], told, strict=False) if one != other)
    assert anew < len(asked) / 2  # 24 prompts, some of them cut in two so that the lanes end together


def ended(before: int) -> bool:
    """Whether no more threads are left than before, at once or soon: the server's end a little later."""
    for _ in range(200):
        if threading.active_count() <= before:
            return True
        time.sleep(0.05)
    return False


def test_an_error_of_one_lane_ends_all_and_what_is_done_is_kept() -> None:
    def dying(body: Body) -> str | Trouble:
        late = body["id_slot"] == 1 and len(chat.asked) > 20
        return Trouble(status=401) if late else said(body)

    before, done = threading.active_count(), []
    with serving(dying) as chat, pytest.raises(OutsideError, match="refused the key"):  # noqa: PT012 (what came before)
        for one, _ in lanes(chat.url, 2).complete(asked_of_facts() * 50):
            done.append(one.digest)
    assert done
    assert ended(before)


def test_an_endless_source_and_a_caller_that_stops() -> None:
    read = 0

    def endless() -> Iterator[Request]:
        nonlocal read
        while True:
            read += 1
            yield request(f"say {read}")

    before = threading.active_count()
    with serving(said) as chat:
        answers = lanes(chat.url, 4).complete(endless())
        for _ in range(30):
            next(answers)
        answers.close()
    assert ended(before)
    assert read <= 2 * WINDOW


def test_a_caller_that_stops_waits_for_no_answer() -> None:
    """Ctrl-C within 2 s: what the lanes wait for is abandoned."""
    with serving(lambda body: said(body) if body["seed"] == 0 else Trouble(wait=20)) as chat:
        answers = lanes(chat.url, 3).complete([request("say", seed) for seed in range(40)])
        next(answers)
        while chat.running < 3:
            time.sleep(0.01)
        start = time.monotonic()
        answers.close()
        took = time.monotonic() - start
    assert took < 2


@pytest.mark.slow
def test_lanes_go_on_after_a_caller_that_stopped() -> None:
    with serving(said) as chat:
        teacher = lanes(chat.url, 3)
        for _ in range(5):
            answers = teacher.complete(asked_of_facts())
            next(answers)
            answers.close()
        assert len(list(teacher.complete(asked_of_facts()))) == len(asked_of_facts())


def test_a_source_that_fails_is_heard() -> None:
    def broken() -> Iterator[Request]:
        yield request("one")
        raise OutsideError("no document")

    with serving(said) as chat, pytest.raises(OutsideError, match="no document"):
        list(lanes(chat.url, 2).complete(broken()))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=80), st.integers(1, 9))
def test_every_request_is_dealt_once_and_runs_are_alike(kinds: list[tuple[int, int]], count: int) -> None:
    asked = [request(FACTS[fact] * 3 + str(answer), n) for n, (fact, answer) in enumerate(kinds)]
    runs, dealt = Runs(asked, lanes=count), []
    while run := runs.take():
        assert all(alike(one, other) for one, other in pairwise(run))
        dealt += run
    assert dealt == asked


def test_the_last_runs_are_short() -> None:
    runs = Runs([request(FACTS[0] + str(n)) for n in range(64)], lanes=4)
    sizes = [len(run) for run in iter(runs.take, [])]
    assert sizes[0] == 8
    assert sizes[-4:] == [1, 1, 1, 1]


def test_the_draws_of_a_prompt_stay_together_while_there_is_work_for_all() -> None:
    runs = Runs([request(fact, seed) for fact in FACTS[:6] for seed in range(5)], lanes=8)
    sizes = [len(run) for run in iter(runs.take, [])]
    assert sizes == [5, 5, 5, 5, 5, 1, 1, 1, 1, 1]


@pytest.mark.slow
def test_lanes_take_work_from_each_other() -> None:
    """A slow lane holds up nobody: the others take what is left."""

    def uneven(body: Body) -> Trouble:
        return Trouble(body=completion(said(body)), wait=0.2 if body["id_slot"] == 0 else 0.005)

    start = time.monotonic()
    with serving(uneven) as chat:
        list(lanes(chat.url, 3).complete(asked_of_facts()))
    took = time.monotonic() - start
    assert took < 0.2 * len(asked_of_facts()) / 3
