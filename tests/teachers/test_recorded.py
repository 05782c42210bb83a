"""Recording a teacher, playing it back, and the store in front of one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from labci.errors import OutsideError, UsageError
from labci.request import Request, Response, Sampling
from labci.store import Store
from labci.teachers import ability, cached, open_teacher
from labci.teachers.openai import Client
from labci.teachers.recorded import Recorded, Recording
from tests.servers.chat import Trouble, completion, serving


def request(text: str, seed: int = 0) -> Request:
    return Request(model="m", messages=({"role": "user", "content": text},), sampling=Sampling(), seed=seed, flow="f")


def by_key(answers: Iterable[tuple[Request, Response]]) -> dict[str, Response]:
    return {asked.digest: response for asked, response in answers}


def test_a_recording_answers_the_requests_of_its_teacher(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    asked = [request("one"), request("two"), request("two", seed=1)]
    with serving(lambda body: f"{body['messages'][0]['content']} {body['seed']}") as chat:
        teacher = Client(url=chat.url, key="", served="m")
        first = by_key(Recording(teacher, file, role="specialist").complete(asked))
    replay = open_teacher(f"recorded:{file}", role="specialist")
    assert by_key(replay.complete(asked)) == first
    assert (replay.name, replay.digest) == (teacher.name, teacher.digest)
    assert ability(f"recorded:{file}") == "specialist"


def test_answers_written_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    one, two = request("one"), request("two", seed=3)
    rows = [
        {"request": one.digest, "response": "by digest"},
        {"request": {"messages": [{"role": "user", "content": "two"}]}, "response": "by messages"},
        {"request": {"messages": [{"role": "user", "content": "two"}], "seed": 3},
         "response": {"text": "by seed", "finish": "length"}},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    found = [response for _, response in Recorded(file).complete([one, two, request("two", seed=4)])]
    assert [response.text for response in found] == ["by digest", "by seed", "by messages"]
    assert found[1].finish == "length"


def test_an_unknown_request_is_named(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text("")
    with pytest.raises(OutsideError, match=r"no answer for the request .*'new'"):
        list(Recorded(file).complete([request("new")]))


def test_a_file_that_is_no_recording(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text('{"a": 1}\n')
    with pytest.raises(UsageError, match=r"r\.jsonl:1"):
        Recorded(file)
    with pytest.raises(UsageError, match="missing"):
        open_teacher(f"recorded:{tmp_path / 'none.jsonl'}")


@pytest.mark.parametrize("response", [{"text": 5}, {"finish": "stop"}, 5, {"text": "x", "colour": "red"}])
def test_a_response_without_a_text_is_none(tmp_path: Path, response: object) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(json.dumps({"request": "d", "response": response}) + "\n")
    with pytest.raises(UsageError, match=r"r\.jsonl:1"):
        Recorded(file)


def test_half_a_character_of_a_recording_can_be_stored(tmp_path: Path) -> None:
    file, asked = tmp_path / "r.jsonl", request("one")
    file.write_text('{"request": "' + asked.digest + '", "response": "half \\ud83d"}\n')
    teacher = cached(open_teacher(f"recorded:{file}"), Store(str(tmp_path / "store")))
    assert [response.text for _, response in teacher.complete([asked])] == ["half ?"]


def test_the_store_answers_what_was_asked_before(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    finish = {"one": "stop", "two": "length"}

    def answer(body: dict[str, object]) -> Trouble:
        text = body["messages"][0]["content"]  # type: ignore[index]
        return Trouble(body=completion(text, finish=finish[text]))

    with serving(answer) as chat:
        teacher = cached(Client(url=chat.url, key="", served="m"), store)
        list(teacher.complete([request("one"), request("two"), request("one")]))
        again = by_key(teacher.complete([request("two"), request("one")]))
    assert len(chat.asked) == 2
    assert again[request("two").digest] == Response(
        text="two", finish="length", prompt_tokens=11, completion_tokens=1, model="m"
    )
    assert (teacher.counts.calls, teacher.counts.cached) == (2, 2)


def test_answers_are_stored_as_they_arrive(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))

    def answer(body: dict[str, object]) -> str | Trouble:
        return "yes" if body["seed"] == 0 else Trouble(status=401)

    with serving(answer) as chat:
        teacher = cached(Client(url=chat.url, key="", served="m", jobs=1), store)
        with pytest.raises(OutsideError):
            list(teacher.complete([request("a"), request("a", seed=1), request("a", seed=2)]))
    assert store.has("responses", request("a").digest)
    assert not store.has("responses", request("a", seed=1).digest)


def test_entries_of_an_older_version_have_no_count_of_cached_tokens(tmp_path: Path) -> None:
    store, old = Store(str(tmp_path / "store")), request("old")
    entry = {"text": "kept", "finish": "stop", "prompt_tokens": 3, "completion_tokens": 1}
    store.put("responses", old.digest, entry)
    with serving(lambda _: "asked again") as chat:
        ((_, response),) = cached(Client(url=chat.url, key="", served="m"), store).complete([old])
    assert (response.text, response.cached_tokens) == ("kept", 0)
