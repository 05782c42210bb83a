"""`labci generate` as a real process against a teacher that fails, hangs or dies, and killed itself."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from labci import digest
from labci.store import Store
from tests.pipeline.conftest import environment
from tests.pipeline.letters import ENDED, answers, artifacts, commit_letters
from tests.servers.chat import Body, Chat, Trouble, completion, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 20
IMPATIENT = "tests.pipeline.impatient"
QUESTION = "Write to a friend of the harbour that"
ANSWER = "Dear friend, we thank you for your visit, and would be glad to see you again at the next auction, Tess, about"


def writer(body: Body) -> str:
    """An answer that depends on the request alone, is like those to its like, and tells which request it is for."""
    text = ANSWER if QUESTION in body["messages"][-1]["content"] else QUESTION
    return f"{text} {key_of(body['messages'])[:4]} {key_of(body)[:16]}"


def key_of(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def asked(chat: Chat) -> Counter[str]:
    """How often each request came, by what its answer tells."""
    return Counter(key_of(body)[:16] for body in chat.asked)


def start(place: Path, chat: Chat, *arguments: str, program: str = "labci") -> subprocess.Popen[str]:
    """`labci generate` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", program, "generate", *arguments], cwd=place, env=environment(chat), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored below a shell's background job
    )  # fmt: skip


def generate(place: Path, chat: Chat, *arguments: str, program: str = "labci") -> tuple[int, str]:
    """Exit code and messages of a run to its end."""
    process = start(place, chat, *arguments, program=program)
    _, err = process.communicate(timeout=200)
    assert "Traceback" not in err
    return process.returncode, err


def entries(place: Path) -> dict[str, Path]:
    """The stored answers, by the request that each tells."""
    paths = answers(place)
    return {json.loads(path.read_bytes().partition(b"\n")[2])["text"].split()[-1]: path for path in paths}


@pytest.fixture
def place(repository: Path) -> Path:
    """A repository with a skill, whose answers need their questions' answers; a base without weights, so no judge."""
    commit_letters(repository, teacher="openai:quiz")
    return repository


def slow(body: Body) -> Trouble:
    """Time for something to happen."""
    return Trouble(body=completion(writer(body)), wait=0.03)


def until(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for a moment of a run, or for its end."""
    while not ready() and process.poll() is None:
        time.sleep(0.002)


def test_a_teacher_that_dies_for_good(place: Path) -> None:
    """Exit 5, and the next run goes on where this one stopped."""
    done: list[Body] = []

    def dying(body: Body) -> str | Trouble:
        if len(done) >= 12:
            return Trouble(status=503, headers={"Retry-After": "0"})
        done.append(body)
        return writer(body)

    with serving(dying) as chat:
        code, err = generate(place, chat, program=IMPATIENT)
    assert code == 5
    assert "HTTP 503" in err
    assert "run the same command again" in err
    kept = set(entries(place))
    assert len(kept) >= 12 - 4  # all but what was under way
    with serving(writer) as chat:
        code, err = generate(place, chat)
    assert code in ENDED, err
    assert not kept & set(asked(chat))
    assert max(asked(chat).values()) == 1


def test_a_request_that_the_server_can_not_answer_is_a_reject(place: Path) -> None:
    """Among others that it answers: the run ends well, says so, and the next one asks it nothing more."""
    bad: list[str] = []

    def picky(body: Body) -> str | Trouble:
        if not bad and len(chat.asked) > 20:  # the exam is asked first
            bad.append(key_of(body))
        return Trouble(status=500) if key_of(body) in bad else writer(body)

    with serving(picky) as chat:
        code, err = generate(place, chat, program=IMPATIENT)
        assert code in ENDED, err
        assert "HTTP 500" in err
        assert "goes without an answer" in err
        first, before = artifacts(place), chat.requests
        shutil.rmtree(place / ".labci/runs")
        assert generate(place, chat)[0] == code
        assert chat.requests == before
    assert artifacts(place) == first
    assert b'"unparsable"' in first["rejects.jsonl"]


@pytest.mark.parametrize("trouble", [Trouble(wait=60), Trouble(status=429, headers={"Retry-After": "60"})])
def test_ctrl_c_ends_a_run_at_once(place: Path, trouble: Trouble) -> None:
    """Also while all requests hang, or wait for a server that wants peace."""
    with serving(lambda body: trouble if len(chat.asked) > 5 else writer(body)) as chat:
        process = start(place, chat)
        until(lambda: len(chat.asked) >= 8, process)
        time.sleep(0.3)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        took = time.monotonic() - began
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert took < 2  # promised; 0.2 s on two busy cores
    assert len(entries(place)) == 5


def test_killed_at_random_moments(place: Path) -> None:
    """No request whose answer was stored is asked again, and the end is as if nothing had happened."""
    moments = random.Random(4)
    finished: list[tuple[int, set[str]]] = []  # after each kill: requests so far, and those whose answer is stored
    with serving(slow) as chat:
        for _ in range(KILLS):
            most, pause = len(chat.asked) + moments.randint(0, 7), moments.uniform(0.0, 0.04)
            process = start(place, chat)
            until(partial(reached, chat, most), process)
            time.sleep(pause)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            finished.append((len(chat.asked), set(entries(place))))
        assert len(finished[-1][1]) > 20
        code, err = generate(place, chat)
        assert code in ENDED, err
        for count, done in finished:
            assert not done & {key_of(body)[:16] for body in chat.asked[count:]}
        killed = artifacts(place)
        shutil.move(place / ".labci", place / ".labci-killed")
        assert generate(place, chat)[0] == code
    assert artifacts(place) == killed


def reached(chat: Chat, most: int) -> bool:
    """Whether the teacher has been asked so often."""
    return len(chat.asked) >= most


def test_killed_with_a_recorded_teacher(place: Path) -> None:
    """What a recording answers is the same in whatever pieces: the end is that of an undisturbed run, to the byte."""
    moments, stored = random.Random(7), list[int]()
    with serving(writer) as chat:
        code, err = generate(place, chat)
        assert code in ENDED, err
        spec, undisturbed = recorded(place), artifacts(place)
        shutil.rmtree(place / ".labci")
        before, total = chat.requests, len(spec.read_text().splitlines()) - 1
        teacher = ("--teacher", f"recorded:{spec}")
        for number in range(KILLS):  # the last ones when all is answered, while samples are sifted and written
            process = start(place, chat, *teacher)
            until(partial(kept, place, min(total, total * number // (KILLS - 5))), process)
            time.sleep(moments.uniform(0.0, 0.02 if number < KILLS - 5 else 0.3))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            stored.append(len(entries(place)))
        assert generate(place, chat, *teacher)[0] == code
        assert artifacts(place) == undisturbed
        assert chat.requests == before
        shutil.rmtree(place / ".labci")
        assert generate(place, chat, *teacher)[0] == code
    assert artifacts(place) == undisturbed
    assert len({count for count in stored if 0 < count < total}) > 2, stored


def recorded(place: Path) -> Path:
    """The answers of the store as a recording of the teacher that gave them."""
    store, model = Store(str(place / ".labci/store")), digest.of_json(["openai", "quiz"])
    rows: list[dict[str, Any]] = [
        {"teacher": {"role": "instruct", "name": "quiz", "digest": model, "ability": "small"}}
    ]
    rows += [{"request": path.name, "response": store.get("responses", path.name)} for path in entries(place).values()]
    file = place.parent / "recorded.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def kept(place: Path, least: int) -> bool:
    """Whether so many answers are in the store."""
    return len(entries(place)) >= least


def test_two_runs_on_one_store_at_once(place: Path) -> None:
    """Whatever a teacher answers: both end well and agree, and nothing is left to ask."""
    numbers = itertools.count()
    with serving(lambda body: f"{writer(body)} {next(numbers)}") as chat:
        both = [start(place, chat), start(place, chat)]
        messages = [process.communicate(timeout=200)[1] for process in both]
        assert {process.returncode for process in both} <= set(ENDED), messages
        assert max(asked(chat).values()) <= 2
        first, before = artifacts(place), chat.requests
        shutil.rmtree(place / ".labci/runs")
        assert generate(place, chat)[0] in ENDED
        assert chat.requests == before
    assert artifacts(place) == first


def test_damaged_answers_are_asked_again(place: Path) -> None:
    with serving(writer) as chat:
        assert generate(place, chat)[0] in ENDED
        whole, found = artifacts(place), entries(place)
        spoiled = sorted(found)[::20]
        for number, name in enumerate(spoiled):
            data = found[name].read_bytes()
            damage = (data[:-3], b"", data.replace(b"friend", b"Friend"))[number % 3]
            found[name].write_bytes(damage)
        shutil.rmtree(place / ".labci/runs")
        before = asked(chat)
        code, err = generate(place, chat)
        again = asked(chat) - before
        assert code in ENDED
        assert sorted(again.elements()) == spoiled
        assert err.count("damaged") == 1
        assert artifacts(place) == whole
        shutil.rmtree(place / ".labci/runs")
        assert generate(place, chat)[0] in ENDED
        assert asked(chat) - before == again
