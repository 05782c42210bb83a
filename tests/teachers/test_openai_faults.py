"""The client against a real HTTP server that misbehaves below and above HTTP, once or for good."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import OutsideError
from labci.request import Request, Response, Sampling
from labci.teachers.openai import Client
from labci.teachers.openai.guard import MAX_BYTES
from labci.teachers.openai.limit import Limit, Pace
from labci.teachers.openai.wire import read, retry_after, said, unanswered
from tests.servers.chat import Body, Chat, Trouble, completion, serving

KEY = "sk-very-secret"
SCHEMA = {"type": "object", "properties": {"question": {"type": "string"}}}
BIG = completion("x" * 10_000_000)


def requests(count: int, schema: dict[str, Any] | None = None) -> list[Request]:
    sampling = Sampling(max_tokens=1)
    return [
        Request(
            model="m", messages=({"role": "user", "content": f"say {n}"},), sampling=sampling, seed=n, flow="f",
            schema=schema,
        )
        for n in range(count)
    ]  # fmt: skip


def echo(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def client(chat: Chat, **more: Any) -> Client:
    return Client(**{"url": chat.url, "key": KEY, "served": "m", "first_wait": 0.01, **more})


def once(trouble: Trouble) -> Callable[[Body], str | Trouble]:
    """The trouble at the first attempt of each request, then an echo."""
    seen: set[str] = set()

    def answer(body: Body) -> str | Trouble:
        first = echo(body) not in seen
        seen.add(echo(body))
        return trouble if first else echo(body)

    return answer


FAULTS = {
    "reset": (Trouble(how="reset"), "no connection"),
    "half an answer": (Trouble(how="half", body=completion("a text of some length")), "no connection"),
    "endless": (Trouble(how="endless"), "too long an answer"),
    "ten megabytes": (Trouble(body=BIG), "too long an answer"),
    "an error of ten megabytes": (Trouble(body=BIG, status=400), "too long an answer"),
    "compressed": (Trouble(body="x", headers={"Content-Encoding": "gzip"}), "compressed"),
    "invalid JSON": (Trouble(body='{"choices": ['), "no chat completion"),
    "deep JSON": (Trouble(body="[" * 100_000), "no chat completion"),
    "a web page": (Trouble(body="<html>", headers={"Content-Type": "text/html"}), "no chat completion"),
    "no choices": (Trouble(body='{"choices": []}'), "no chat completion"),
    "choices that are none": (Trouble(body='{"choices": {"0": 1}}'), "no chat completion"),
    "no message": (Trouble(body='{"choices": [{"text": "x"}]}'), "no chat completion"),
    "a text that is none": (Trouble(body='{"choices": [{"message": {"content": ["x"]}}]}'), "no chat completion"),
    "usage that is none": (
        Trouble(body='{"choices": [{"message": {"content": "x"}}], "usage": 3}'), "no chat completion",
    ),
    "nothing": (Trouble(body=""), "no chat completion"),
    "500": (Trouble(status=500), "HTTP 500"),
    "502, a page": (Trouble(status=502, body="<html>"), "HTTP 502"),
    "503, soon": (Trouble(status=503, headers={"Retry-After": "0"}), "HTTP 503"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", [fault for fault, _ in FAULTS.values()], ids=list(FAULTS))
def test_a_fault_that_passes_is_waited_out(trouble: Trouble) -> None:
    with serving(once(trouble)) as chat:
        answers = list(client(chat).complete(requests(3)))
    assert sorted(found.text for _, found in answers) == ["say 0", "say 1", "say 2"]
    assert len(chat.asked) == 6


@pytest.mark.slow
@pytest.mark.parametrize(("trouble", "says"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_that_stays_ends_with_what_it_was(trouble: Trouble, says: str) -> None:
    with serving(lambda _: trouble) as chat, pytest.raises(OutsideError, match=says) as caught:
        list(client(chat, jobs=1, first_wait=0.001).complete(requests(1)))
    assert caught.value.exit_code == 5
    assert "kept" in caught.value.hint
    assert len(chat.asked) == 7  # and whether the server says a word at all
    assert KEY not in str(caught.value.__dict__)


def test_of_an_endless_answer_little_more_than_the_cap_is_read() -> None:
    with serving(once(Trouble(how="endless"))) as chat:
        list(client(chat).complete(requests(1)))
    assert chat.sent <= 8 * MAX_BYTES  # what lies in the buffers of both ends counts as sent


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [Trouble(wait=30), Trouble(how="drip", body=completion("hi"), wait=0.1)])
def test_an_answer_that_hangs_or_drips_is_given_up(trouble: Trouble) -> None:
    start = time.monotonic()
    with serving(once(trouble)) as chat:
        ((_, found),) = client(chat, timeout=0.3).complete(requests(1))
        took = time.monotonic() - start
    assert found.text == "say 0"
    assert took < 15


def test_a_compressed_answer_is_not_unfolded() -> None:
    bomb = gzip.compress(b" " * (50 << 20)).decode("latin-1")
    with serving(once(Trouble(body=bomb, headers={"Content-Encoding": "gzip"}))) as chat:
        ((_, found),) = client(chat).complete(requests(1))
    assert found.text == "say 0"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_holds_all_requests_back(form: str) -> None:
    times: list[float] = []

    def busy(body: Body) -> str | Trouble:
        times.append(time.monotonic())
        after = "1" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        return Trouble(status=429, headers={"Retry-After": after}) if len(times) == 1 else echo(body)

    with serving(busy) as chat:
        assert len(list(client(chat, jobs=1).complete(requests(3)))) == 3
    assert times[1] - times[0] >= 0.9  # a date has whole seconds, so it may be up to one early


@given(
    st.one_of(st.text(), st.floats().map(str), st.datetimes().map(lambda at: format_datetime(at.replace(tzinfo=UTC))))
)
def test_any_retry_after_is_a_sane_wait(value: str) -> None:
    found = retry_after(value)
    assert found is None or 0 <= found < 1e8


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "finish_reason", "usage", "model", "prompt_tokens", "timings",
                         "prompt_tokens_details", "cached_tokens"]), inner, max_size=4
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_any_json_is_a_response_or_no_chat_completion(value: Any) -> None:
    body = json.dumps(value).encode()
    for data in (body, b'{"choices": [{"message": {"content": "x"}}], "usage": %s}' % body, b'{"timings": %s}' % body):
        try:
            response = read(data)
            model = response.model
        except ValueError:
            continue
        assert isinstance(response.text, str)
        response.text.encode("utf-8")
        assert min(response.prompt_tokens, response.completion_tokens, response.cached_tokens) >= 0
        assert isinstance(model, str)


@pytest.mark.parametrize(
    ("content", "finish", "text", "ends"),
    [
        ("", "stop", "", "stop"),
        (None, "stop", "", "stop"),
        ("half an", "length", "half an", "length"),
        ("what is lef", "content_filter", "", "content_filter"),
        ("fine", "eos", "fine", "stop"),
        ("half a pair \ud83d", "stop", "half a pair ?", "stop"),
    ],
)
def test_odd_answers_that_are_answers(content: str | None, finish: str, text: str, ends: str) -> None:
    with serving(lambda _: Trouble(body=completion(content, finish=finish))) as chat:
        ((_, found),) = client(chat).complete(requests(1))
    assert isinstance(found, Response)
    assert (found.text, found.finish) == (text, ends)
    assert len(chat.asked) == 1


def test_a_model_that_changes_stops_the_run_and_what_was_answered_before_stays() -> None:
    def moving(body: Body) -> Trouble:
        number = int(echo(body).split()[1])
        return Trouble(body=completion("x", model="weights-1" if number < 3 else "weights-2"))

    done = []
    with serving(moving) as chat, pytest.raises(OutsideError, match="'weights-1', now 'weights-2'") as caught:  # noqa: PT012
        for request, _ in client(chat, jobs=1).complete(requests(9)):
            done.append(request.seed)
    assert done == [0, 1, 2]
    assert caught.value.exit_code == 5
    assert "must not be mixed" in caught.value.hint
    assert len(chat.asked) <= 5


def test_answers_without_a_model_id_are_taken() -> None:
    body = json.loads(completion("x"))
    del body["model"]
    with serving(lambda asked: Trouble(body=json.dumps(body)) if asked["seed"] % 2 else "x") as chat:
        assert len(list(client(chat).complete(requests(6)))) == 6


@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_a_server_without_schemas_is_asked_without(status: int) -> None:
    """And from then on at once."""

    def plain(body: Body) -> str | Trouble:
        return Trouble(status=status) if "response_format" in body else echo(body)

    with serving(plain) as chat:
        teacher = client(chat, jobs=1)
        answers = list(teacher.complete(requests(5, SCHEMA)))
        list(teacher.complete(requests(2, SCHEMA)))
    assert len(answers) == 5
    assert sum("response_format" in body for body in chat.asked) == 1
    assert len(chat.asked) == 8


def test_a_bad_request_with_a_schema_is_still_a_bad_request() -> None:
    with serving(lambda _: Trouble(status=400, body='{"error": {"message": "no such template"}}')) as chat:
        teacher = client(chat, jobs=1)
        with pytest.raises(OutsideError, match="no such template"):
            list(teacher.complete(requests(1, SCHEMA)))
    assert len(chat.asked) == 2
    assert teacher.dialect.shapes is None


UNANSWERED = {
    "llama.cpp": (400, {"type": "exceed_context_size_error", "message": "the request exceeds the size"}, "length"),
    "OpenAI": (400, {"code": "context_length_exceeded", "message": "Please reduce the length"}, "length"),
    "vLLM": (400, {"code": 400, "message": "This model's maximum context length is 2048 tokens."}, "length"),
    "too large": (413, {"message": "Prompt is too long: 210000 tokens > 200000 maximum"}, "length"),
    "TGI": (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 1500", "length"),
    "TGI, answer included": (
        422,
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1900",
        "length",
    ),
    "Azure": (400, {"code": "content_filter", "message": "The response was filtered"}, "content_filter"),
    "a filter": (413, {"type": "content_policy_violation"}, "content_filter"),
    "a filter, in words": (413, "blocked by the content policy", "content_filter"),
}


@pytest.mark.parametrize(("status", "error", "ends"), UNANSWERED.values(), ids=list(UNANSWERED))
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_a_request_that_can_not_be_answered_ends_no_run(
    status: int, error: dict[str, Any] | str, ends: str, schema: dict[str, Any] | None
) -> None:
    """What one contributor wrote is too long or filtered: that request has no answer, and the others have theirs."""

    def picky(body: Body) -> str | Trouble:
        return Trouble(status=status, body=json.dumps({"error": error})) if body["seed"] == 1 else echo(body)

    with serving(picky) as chat:
        teacher = client(chat, jobs=1)
        found = {request.seed: response for request, response in teacher.complete(requests(3, schema))}
    assert (found[1].text, found[1].finish, found[1].prompt_tokens) == ("", ends, 0)
    assert (found[0].text, found[2].text) == ("say 0", "say 2")
    assert len(chat.asked) == 3


@pytest.mark.parametrize("page", ["<html><h1>413 Request Entity Too Large</h1></html>", ""])
def test_a_request_that_a_proxy_finds_too_large_ends_no_run(page: str) -> None:
    def picky(body: Body) -> str | Trouble:
        return Trouble(status=413, body=page) if body["seed"] == 1 else echo(body)

    with serving(picky) as chat:
        found = {request.seed: response for request, response in client(chat, jobs=1).complete(requests(3))}
    assert [(found[seed].text, found[seed].finish) for seed in range(3)] == [
        ("say 0", "stop"), ("", "length"), ("say 2", "stop"),
    ]  # fmt: skip


@pytest.mark.parametrize("status", [400, 413, 422])
def test_another_refusal_of_a_request_still_ends_the_run(status: int) -> None:
    body = '{"error": {"message": "Request too large: tokens per minute", "code": "rate_limit_exceeded"}}'
    with serving(lambda _: Trouble(status=status, body=body)) as chat, pytest.raises(OutsideError, match=f"{status}"):
        list(client(chat).complete(requests(1)))


@given(JSON)
def test_any_body_of_an_error_says_whether_it_can_be_answered(value: Any) -> None:
    for body in (value, {"code": value, "type": value, "message": value}, {"error": value}):
        assert unanswered(400, body) == ""
    assert unanswered(500, {"code": "content_filter"}) == ""


@pytest.mark.slow
def test_waiting_requests_use_no_time() -> None:
    """Those that wait for a place are woken, they don't look again and again."""
    with serving(lambda body: Trouble(body=completion(echo(body)), wait=0.8)) as chat:
        teacher = client(chat, jobs=2)
        list(teacher.complete(requests(2)))  # imports
        used, start = time.process_time(), time.monotonic()
        list(teacher.complete(requests(4)))
        share = (time.process_time() - used) / (time.monotonic() - start)
    assert share < 0.25


def test_stopping_abandons_requests_that_hang() -> None:
    before, start = threading.active_count(), time.monotonic()
    with serving(lambda body: echo(body) if body["seed"] == 0 else Trouble(wait=20)) as chat:
        answers = client(chat, jobs=3).complete(requests(9))
        next(answers)
        answers.close()
        took = time.monotonic() - start
        left = threading.active_count() - before - chat.running - 1
    assert took < 10
    assert left <= 3  # threads of the server


def test_an_error_of_the_requests_themselves_is_handed_on() -> None:
    def broken() -> Any:
        yield from requests(2)
        raise OutsideError("the document has gone")

    with serving(echo) as chat, pytest.raises(OutsideError, match="the document has gone"):
        list(client(chat, jobs=1).complete(broken()))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_no_secret_in_errors_or_logs(status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key nor the password of the address, also where the server repeats them."""
    secrets = (KEY, "p%40ss-word", "p@ss-word")

    def parrot(body: Body) -> Trouble:
        return Trouble(status=status, body=json.dumps({"error": {"message": f"no: {' '.join(secrets)}\x1b[31m\n"}}))

    caplog.set_level(logging.DEBUG)
    with serving(parrot) as chat:
        url = chat.url.replace("://", "://user:p%40ss-word@")
        teacher = Client(url=url, key=KEY, served="m", first_wait=0.001)
        with pytest.raises(OutsideError) as caught:
            list(teacher.complete(requests(1)))
    shown = f"{caught.value.__dict__} {caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    for secret in secrets:
        assert secret not in shown
        assert secret not in caplog.text
    assert chat.keys[0].startswith("Basic ")  # what the address holds goes first, as in every HTTP client
    assert "\x1b" not in caught.value.message


@given(st.text())
def test_what_a_server_says_fits_on_a_line(text: str) -> None:
    for body in (text, {"message": text}, {"error": text}, {"error": {"message": text}}, {"error": None}, None, [text]):
        found = said(body, "HTTP 400")
        assert "\n" not in found
        assert "\x1b" not in found
        assert len(found) <= 300


def test_places_are_given_back_in_order() -> None:
    limit = Limit(pace := Pace(3))
    limit.running = 3
    limit.leave(good=False)
    assert int(pace.allowed) == 1
    pace.quiet(5)
    until = pace.quiet_until
    pace.quiet(1)
    assert pace.quiet_until == until
