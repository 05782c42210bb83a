"""How long a server is waited for, and what is a dead server's fault and what one request's alone."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from labci.errors import OutsideError
from labci.request import Request, Response, Sampling
from labci.store import Store
from labci.teachers.openai import Client
from labci.teachers.openai.line import LONGEST_PAUSE, own_pause
from labci.teachers.openai.wire import retry_after
from labci.teachers.stored import Cached
from tests.servers.chat import Body, Chat, Trouble, completion, serving

KEY = "sk-very-secret"
PAST = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)


def requests(*numbers: int) -> list[Request]:
    return [
        Request(
            model="m", messages=({"role": "user", "content": f"say {n}"},), sampling=Sampling(max_tokens=1), seed=n,
            flow="f",
        )
        for n in numbers
    ]  # fmt: skip


def echo(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def client(chat: Chat, **more: Any) -> Client:
    return Client(**{"url": chat.url, "key": KEY, "served": "m", "first_wait": 0.01, **more})


def answers(teacher: Client, *numbers: int) -> dict[int, Response]:
    return {request.seed: response for request, response in teacher.complete(requests(*numbers))}


@pytest.mark.slow
@pytest.mark.parametrize("after", ["0", PAST, "-3"], ids=["zero", "past", "negative"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_names_no_real_wait_is_waited_for_too(status: int, after: str) -> None:
    """It says "at once" for two seconds, which is no reason to ask six times within milliseconds and give up."""
    until = time.monotonic() + 2

    def busy(body: Body) -> str | Trouble:
        early = time.monotonic() < until
        return Trouble(status=status, headers={"Retry-After": after}) if early else echo(body)

    with serving(busy) as chat:
        assert answers(client(chat, first_wait=0.1), 0)[0].text == "say 0"
    assert len(chat.asked) <= 7


def test_a_wait_that_is_longer_than_a_run_has_time_for_ends_it_and_is_told() -> None:
    start = time.monotonic()
    busy = Trouble(status=429, headers={"Retry-After": "3600"})
    with serving(lambda _: busy) as chat, pytest.raises(OutsideError, match="left alone for 3600 s") as caught:
        answers(client(chat), 0)
    assert caught.value.exit_code == 5
    assert "after that time" in caught.value.hint
    assert len(chat.asked) == 1
    assert time.monotonic() - start < 20


def test_a_wait_of_minutes_is_read_as_it_is() -> None:
    assert retry_after("90") == 90
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=200), usegmt=True)
    assert 190 < (retry_after(at) or 0) <= 200


def test_a_quota_that_is_used_up_is_not_waited_for() -> None:
    body = json.dumps({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}})
    with (
        serving(lambda _: Trouble(status=429, body=body)) as chat,
        pytest.raises(OutsideError, match="exceeded your current quota") as caught,
    ):
        answers(client(chat), 0)
    assert len(chat.asked) == 1
    assert "quota" in caught.value.hint


BAD = {
    "500": (Trouble(status=500), "HTTP 500"),
    "a web page": (Trouble(body="<html>"), "no chat completion"),
    "broken JSON": (Trouble(body='{"choices": ['), "no chat completion"),
    "too long": (Trouble(body=completion("x" * 5_000_000)), "too long an answer"),
    "a hang": (Trouble(wait=1.0), "no answer within"),
}


def all_but(number: int, trouble: Trouble) -> Callable[[Body], str | Trouble]:
    """Answers everything but one prompt, each in a moment."""
    return lambda body: trouble if body["seed"] == number else Trouble(body=completion(echo(body)), wait=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [0, 1])
@pytest.mark.parametrize(("trouble", "says"), BAD.values(), ids=list(BAD))
def test_a_request_that_alone_gets_no_answer_ends_no_run(trouble: Trouble, says: str, jobs: int) -> None:
    told: list[str] = []
    with serving(all_but(5, trouble)) as chat:
        found = answers(client(chat, jobs=jobs, timeout=0.25, say=told.append), *range(40))
    assert {number for number, response in found.items() if response.finish == "error"} == {5}
    assert found[5].text == ""
    assert all(response.text == f"say {number}" for number, response in found.items() if number != 5)
    assert any(says in line and "without an answer" in line for line in told), told


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [fault for fault, _ in BAD.values()], ids=list(BAD))
def test_nor_does_it_where_it_is_the_only_one_left(trouble: Trouble) -> None:
    """As in a second run, which has the others in its store: the server is asked for a word."""
    with serving(all_but(5, trouble)) as chat:
        found = answers(client(chat, timeout=0.25), 5)
    assert (found[5].text, found[5].finish) == ("", "error")
    assert len(chat.asked) <= 7


@pytest.mark.slow
def test_what_a_failing_server_did_not_answer_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    """As the error says; also what it did not answer in an earlier wave of the same run."""
    store, lost, broken = Store(str(tmp_path)), set[str](), True

    def moody(body: Body) -> str | Trouble:
        return Trouble(status=500) if broken and "hello" not in echo(body) else echo(body)

    def texts(teacher: Client, *numbers: int) -> dict[int, str]:
        return {asked.seed: said.text for asked, said in Cached(teacher, store, lost=lost).complete(requests(*numbers))}

    with serving(moody) as chat:
        teacher = client(chat, first_wait=0.001)
        assert texts(teacher, 0, 1) == {0: "", 1: ""}
        with pytest.raises(OutsideError, match="could not answer 4") as caught:
            texts(teacher, *range(2, 12))
        broken = False
        assert texts(client(chat), *range(12)) == {n: f"say {n}" for n in range(12)}
        chat.asked.clear()
        assert len(texts(client(chat), *range(12))) == 12
        assert not chat.asked
    assert "run the same command again" in caught.value.hint


@pytest.mark.slow
def test_what_a_run_gave_up_and_survived_is_asked_by_no_later_run(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with serving(all_but(5, Trouble(status=500))) as chat:
        first = {asked.seed: said for asked, said in Cached(client(chat), store).complete(requests(*range(9)))}
        chat.asked.clear()
        again = {asked.seed: said for asked, said in Cached(client(chat), store).complete(requests(*range(9)))}
    assert again == first
    assert not chat.asked
    assert [seed for seed, said in first.items() if said.finish == "error"] == [5]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [0, 1])
def test_a_server_that_dies_loses_no_request(jobs: int) -> None:
    """Those that it was asked while it still answered are not taken for bad ones."""
    numbers = itertools.count()

    def dying(body: Body) -> str | Trouble:
        return Trouble(body=completion("x"), wait=0.02) if next(numbers) < 30 else Trouble(status=502)

    found: list[Response] = []
    with serving(dying) as chat, pytest.raises(OutsideError, match="HTTP 502") as caught:  # noqa: PT012 (what came before)
        for _, response in client(chat, jobs=jobs).complete(requests(*range(90))):
            found.append(response)
    assert caught.value.exit_code == 5
    assert len(found) == 30
    assert {response.finish for response in found} == {"stop"}


@pytest.mark.slow
def test_a_server_that_fails_at_all_that_matters_ends_the_run() -> None:
    """It says hello, and nothing else: few requests are given up before that is the server's fault, and soon."""
    found: list[Response] = []
    with (  # noqa: PT012 (what came before)
        serving(lambda body: echo(body) if "hello" in echo(body) else Trouble(status=500)) as chat,
        pytest.raises(OutsideError, match="could not answer 4, the last of them: HTTP 500") as caught,
    ):
        for _, response in client(chat, first_wait=0.001).complete(requests(*range(12))):
            found.append(response)
    assert len(found) <= 3
    assert caught.value.exit_code == 5
    assert len(chat.asked) <= 6 * 12 + 12  # nobody's hello counts as an answer to the others, which would start anew


@pytest.mark.slow
def test_no_room_is_no_failure_however_often_it_is_said() -> None:
    """A tight quota: one request is put off more often than a dead server would be asked."""
    left = itertools.count()

    def tight(body: Body) -> str | Trouble:
        if body["seed"] == 0 and next(left) < 8:
            return Trouble(status=429)
        return Trouble(body=completion(echo(body)), wait=0.05)

    with serving(tight) as chat:
        found = answers(client(chat, jobs=2), *range(20))
    assert {response.text for response in found.values()} == {f"say {n}" for n in range(20)}
    assert sum(body["seed"] == 0 and "hello" not in echo(body) for body in chat.asked) == 9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (Trouble(wait=30), "no answer within"),
        (Trouble(how="drip", body=completion("hi"), wait=0.1), "no answer within"),
        (Trouble(status=429), "HTTP 429"),
        (Trouble(status=429, headers={"Retry-After": "0"}), "HTTP 429"),
    ],
)
@pytest.mark.parametrize("jobs", [0, 1])
def test_silence_that_lasts_ends_the_run_after_about_two_time_outs(trouble: Trouble, says: str, jobs: int) -> None:
    start = time.monotonic()
    with serving(lambda _: trouble) as chat, pytest.raises(OutsideError, match=says) as caught:
        answers(client(chat, jobs=jobs, timeout=0.75), *range(20))
    assert caught.value.exit_code == 5
    assert time.monotonic() - start < 8  # six time-outs alone would be as many seconds, and two are two


@pytest.mark.slow
def test_what_is_waited_for_is_said_once_for_all_requests() -> None:
    told: list[str] = []
    seen: set[str] = set()

    def moody(body: Body) -> str | Trouble:
        first = echo(body) not in seen
        seen.add(echo(body))
        return Trouble(status=503, body=f"{KEY} p@ss") if first else echo(body)

    with serving(moody) as chat:
        url = chat.url.replace("://", "://user:p%40ss@")
        assert len(answers(client(chat, url=url, first_wait=1.0, say=told.append), *range(4))) == 4
    (line,) = told
    assert line.startswith("teacher m at 127.0.0.1:")
    assert "HTTP 503; asked again in 2 s" in line
    assert KEY not in line
    assert "p@ss" not in line


@pytest.mark.slow
def test_how_much_a_server_takes_is_known_to_the_next_call() -> None:
    """A run asks in waves; each goes on with as many requests at once as the one before came to."""
    with serving(lambda body: Trouble(body=completion(echo(body)), wait=0.15)) as chat:
        teacher = client(chat)
        answers(teacher, *range(80))
        reached, chat.most = chat.most, 0
        chat.answer = lambda body: Trouble(body=completion(echo(body)), wait=1.0)
        assert len(answers(teacher, *range(80, 80 + reached))) == reached
    assert reached > 6
    assert chat.most >= reached - 1  # at once, before there is an answer to grow by


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_new_requests_wait_as_well_while_nobody_is_answered(status: int) -> None:
    """Not each of them once, at once."""
    until, refused = time.monotonic() + 1.5, list[float]()

    def busy(body: Body) -> str | Trouble:
        if time.monotonic() >= until:
            return echo(body)
        refused.append(time.monotonic())
        return Trouble(status=status)

    with serving(busy) as chat:
        assert len(answers(client(chat, first_wait=0.3), *range(60))) == 60
    assert len(refused) <= 20


@pytest.mark.slow
def test_no_room_slows_new_requests_also_while_others_are_answered() -> None:
    """A quota of a few requests in each half of a second, without a word of when there is more."""
    began, given, refused = time.monotonic(), dict[int, int](), list[float]()

    def quota(body: Body) -> str | Trouble:
        window = int((time.monotonic() - began) / 0.5)
        given[window] = given.get(window, 0) + 1
        if given[window] > 5:
            refused.append(time.monotonic())
            return Trouble(status=429)
        return echo(body)

    with serving(quota) as chat:
        assert len(answers(client(chat, first_wait=0.2), *range(30))) == 30
    assert len(refused) <= 20, len(refused)


@pytest.mark.slow
def test_trouble_of_one_request_holds_no_other_back() -> None:
    """It fails twice, after others were answered, and waits for seconds."""
    order: list[int] = []

    def moody(body: Body) -> str | Trouble:
        order.append(body["seed"])
        slow = Trouble(status=500, wait=0.2)
        return slow if body["seed"] == 5 and order.count(5) < 3 else Trouble(body=completion(echo(body)), wait=0.03)

    with serving(moody) as chat:
        assert len(answers(client(chat, jobs=4, first_wait=1.0), *range(40))) == 40
    assert order[-1] == 5


REASONS = {
    "another model": (Trouble(body=completion("hello", model="weights-2")), "has changed its model"),
    "the key": (Trouble(status=401), "refused the key"),
    "the quota": (Trouble(status=429, body='{"error": {"code": "insufficient_quota", "message": "spent"}}'), "spent"),
    "peace": (Trouble(status=503, headers={"Retry-After": "3600"}), "left alone for 3600 s"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("word", "says"), REASONS.values(), ids=list(REASONS))
def test_what_a_server_says_in_place_of_hello_is_the_reason(word: Trouble, says: str) -> None:
    first = True

    def moody(body: Body) -> str | Trouble:
        nonlocal first
        if first:
            first = False
            return Trouble(body=completion("x", model="weights-1"))
        return word if "hello" in echo(body) else Trouble(status=500)

    with serving(moody) as chat, pytest.raises(OutsideError, match=says):
        answers(client(chat, jobs=1, first_wait=0.001), 0, 1)


def test_a_pause_is_a_minute_at_most() -> None:
    assert max(own_pause(60.0, failures) for failures in range(1, 200)) == LONGEST_PAUSE
    assert {own_pause(0.5, 1) for _ in range(20)} != {own_pause(0.5, 1)}  # not all at the same moment
