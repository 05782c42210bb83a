"""The client against a real HTTP server that misbehaves in every way a server can."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from typing import Any

import pytest

from labci.errors import ConfigError, OutsideError
from labci.request import Request, Sampling
from labci.teachers import open_teacher
from labci.teachers.openai import Client
from labci.teachers.openai.limit import Limit, Pace
from tests.servers.chat import Body, Trouble, completion, serving

KEY = "sk-very-secret"


def requests(count: int) -> list[Request]:
    return [
        Request(model="m", messages=({"role": "user", "content": f"say {n}"},), sampling=Sampling(), seed=n, flow="f")
        for n in range(count)
    ]


def echo(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def client(url: str, **more: Any) -> Client:
    return Client(url=url, key=KEY, served="m", first_wait=0.01, **more)


def test_answers_and_what_was_sent() -> None:
    request = Request(
        model="m", messages=({"role": "user", "content": "hi"},), seed=7, flow="f", schema={"type": "object"},
        sampling=Sampling(temperature=0.5, top_p=0.9, max_tokens=9, stop=("\n",)),
    )  # fmt: skip
    with serving(echo) as chat:
        ((answered, response),) = client(chat.url).complete([request])
    (body,) = chat.asked
    assert answered == request
    assert (response.text, response.finish, response.prompt_tokens, response.completion_tokens) == ("hi", "stop", 11, 1)
    wanted = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 9, "seed": 7, "stop": ["\n"], "model": "m"}
    assert {name: body[name] for name in wanted} == wanted
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert chat.keys == [f"Bearer {KEY}"]


def test_every_request_is_answered_once_with_bounded_concurrency() -> None:
    def slow(body: Body) -> Trouble:
        return Trouble(body=completion(echo(body)), wait=0.02)

    with serving(slow) as chat:
        answers = list(client(chat.url, jobs=3).complete(requests(20)))
    found = sorted((request.seed, response.text) for request, response in answers)
    assert found == [(n, f"say {n}") for n in range(20)]
    assert len(chat.asked) == 20
    assert chat.most <= 3


def test_concurrency_grows_with_answers_and_halves_on_trouble() -> None:
    limit = Limit(pace := Pace(0))
    start = pace.allowed
    for _ in range(12):
        limit.running += 1
        limit.leave(good=True)
    grown = pace.allowed
    limit.running += 1
    limit.leave(good=False)
    assert grown > start
    assert pace.allowed == grown / 2
    fixed = Limit(Pace(2))
    for _ in range(9):
        fixed.running += 1
        fixed.leave(good=True)
    assert fixed.pace.allowed == 2


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=500, body="oops"),
        Trouble(status=429, body="{}"),
        Trouble(status=200, body="no json"),
        Trouble(status=200, body='{"choices": []}'),
        Trouble(status=200, body="[]"),
    ],
)
def test_trouble_that_passes_is_waited_out(trouble: Trouble) -> None:
    seen: set[str] = set()

    def moody(body: Body) -> str | Trouble:
        text = echo(body)
        first = text not in seen
        seen.add(text)
        return trouble if first else text

    with serving(moody) as chat:
        answers = list(client(chat.url).complete(requests(5)))
    assert sorted(found.text for _, found in answers) == [f"say {n}" for n in range(5)]
    assert len(chat.asked) == 10


def test_retry_after_is_obeyed() -> None:
    times: list[float] = []

    def busy(body: Body) -> str | Trouble:
        times.append(time.monotonic())
        return Trouble(status=429, headers={"Retry-After": "0.5"}) if len(times) == 1 else echo(body)

    with serving(busy) as chat:
        list(client(chat.url).complete(requests(1)))
    assert times[1] - times[0] >= 0.35  # the jitter takes a quarter at most


@pytest.mark.slow
def test_a_dead_teacher_stops_the_run_and_what_is_done_is_kept() -> None:
    def dying(body: Body) -> str | Trouble:
        return echo(body) if echo(body) in {f"say {n}" for n in range(4)} else Trouble(status=503)

    done = []
    with serving(dying) as chat, pytest.raises(OutsideError, match="503") as caught:  # noqa: PT012 (what came before)
        for request, _ in client(chat.url, jobs=1).complete(requests(30)):
            done.append(request.seed)
    assert sorted(done) == [0, 1, 2, 3]
    assert caught.value.exit_code == 5
    assert "kept" in caught.value.hint


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1:9 .*no connection"):
        list(client("http://user:password@127.0.0.1:9/v1").complete(requests(1)))


@pytest.mark.parametrize(("status", "message"), [(401, "refused the key"), (404, "refused the request")])
def test_refusals_end_at_once_and_never_show_the_key(status: int, message: str) -> None:
    body = f'{{"error": {{"message": "bad key {KEY} or model"}}}}'
    with serving(lambda _: Trouble(status=status, body=body)) as chat, pytest.raises(OutsideError) as caught:
        list(client(chat.url).complete(requests(3)))
    assert message in caught.value.message
    assert KEY not in str(caught.value.__dict__) + str(caught.value) + repr(caught.value.__cause__)
    assert len(chat.asked) <= 4


def test_truncated_answers_say_so() -> None:
    with serving(lambda _: Trouble(body=completion("half an", finish="length"))) as chat:
        ((_, response),) = client(chat.url).complete(requests(1))
    assert response.finish == "length"


def test_a_caller_that_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    with serving(echo) as chat:
        answers = client(chat.url, jobs=2).complete(requests(50))
        next(answers)
        answers.close()
        asked = len(chat.asked)
    until = time.monotonic() + 10  # the server's own threads end when they see that nobody listens
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() <= before, threading.enumerate()
    assert asked < 50


def test_the_environment_names_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(echo) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        with closing(open_teacher("openai:m")) as teacher:
            ((_, response),) = teacher.complete(requests(1))
    assert response.text == "say 0"
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:8000")
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        open_teacher("openai:m")


def test_unknown_and_incomplete_specs() -> None:
    with pytest.raises(ConfigError, match="unknown teacher 'oracle'"):
        open_teacher("oracle")
    with pytest.raises(ConfigError, match="lacks its MODEL"):
        open_teacher("openai")


@pytest.mark.parametrize(
    ("extra", "cached"),
    [
        ({"usage": {"prompt_tokens_details": {"cached_tokens": 7}}}, 7),
        ({"usage": {"prompt_tokens_details": None}, "timings": {"cache_n": 9, "prompt_n": 2}}, 9),
        ({"usage": {"prompt_tokens_details": {}}}, 0),
        ({}, 0),
    ],
)
def test_prompt_tokens_of_the_prefix_cache(extra: dict[str, Any], cached: int) -> None:
    body = json.loads(completion("hi"))
    body["usage"] |= extra.pop("usage", {})
    with serving(lambda _: Trouble(body=json.dumps(body | extra))) as chat:
        ((_, response),) = client(chat.url).complete(requests(1))
    assert response.cached_tokens == cached
