"""The content store: whole entries or none, on a disk and behind a URL."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import digest
from labci.errors import OutsideError
from labci.request import Request, Response, Sampling
from labci.store import Store
from labci.teachers.openai import Client
from labci.teachers.stored import Cached
from tests.servers.chat import serving

KEY, OTHER = digest.of_bytes(b"one"), digest.of_bytes(b"two")
VALUE = {"text": "Eine Frage — 問い?", "n": [1, 2.5, None]}


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "store") if request.param == "folder" else f"memory://{uuid.uuid4().hex}")


def path_of(store: Store, key: str = KEY) -> str:
    return f"{store.root}/responses/{key[:2]}/{key}"


def spoil(store: Store, data: bytes, key: str = KEY) -> None:
    """Write over an entry, past the store."""
    path = path_of(store, key)
    store.files.makedirs(path.rpartition("/")[0], exist_ok=True)
    store.files.pipe_file(path, data)


def test_what_was_put_is_found(store: Store) -> None:
    assert store.get("responses", KEY) is None
    assert not store.has("responses", KEY)
    store.put("responses", KEY, VALUE)
    assert store.get("responses", KEY) == VALUE
    assert store.has("responses", KEY)
    assert store.get("scores", KEY) is None
    store.put("responses", KEY, [])
    assert store.get("responses", KEY) == []
    assert store.damaged == 0


def test_of_two_writers_the_first_is_kept(store: Store) -> None:
    assert store.add("responses", KEY, VALUE) == VALUE
    assert store.add("responses", KEY, {"text": "later"}) == VALUE
    assert store.get("responses", KEY) == VALUE


@pytest.mark.parametrize("cut", [0, 1, 40, 72, 73, -1])
def test_a_truncated_entry_is_missing_and_written_again(store: Store, cut: int) -> None:
    store.put("responses", KEY, VALUE)
    spoil(store, store.files.cat_file(path_of(store))[:cut])
    assert store.get("responses", KEY) is None
    assert not store.has("responses", KEY)
    assert store.add("responses", KEY, {"text": "new"}) == {"text": "new"}
    assert store.get("responses", KEY) == {"text": "new"}


def test_a_damaged_entry_is_told_of_once(tmp_path: Path) -> None:
    notes: list[str] = []
    store = Store(str(tmp_path), notes.append)
    for key in (KEY, OTHER):
        store.put("responses", key, VALUE)
        spoil(store, b"\0" * 200, key)
        assert store.get("responses", key) is None
    assert store.damaged == 2
    (note,) = notes
    assert f"responses/{KEY[:12]}" in note
    assert "damaged" in note


def test_an_entry_under_another_name_is_damaged(store: Store) -> None:
    store.put("responses", KEY, VALUE)
    spoil(store, store.files.cat_file(path_of(store)), OTHER)
    assert store.get("responses", KEY) == VALUE
    assert store.get("responses", OTHER) is None


def test_entries_of_earlier_versions_are_read(store: Store) -> None:
    spoil(store, b'{"text": "old"}')
    assert store.get("responses", KEY) == {"text": "old"}
    spoil(store, b'{"text": "o')
    assert store.get("responses", KEY) is None


@given(at=st.integers(0, 400), bit=st.integers(0, 7))
def test_every_flipped_bit_is_seen(at: int, bit: int) -> None:
    store = Store("memory://flipped")
    store.put("responses", KEY, VALUE)
    data = bytearray(store.files.cat_file(path_of(store)))
    data[at % len(data)] ^= 1 << bit
    spoil(store, bytes(data))
    assert store.get("responses", KEY) is None


def test_a_place_that_can_not_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file"))
    with pytest.raises(OutsideError, match="can't be written"):
        store.put("responses", KEY, VALUE)
    with pytest.raises(OutsideError, match="can't be read"):
        store.get("responses", KEY)
    with pytest.raises(OutsideError, match="can't be opened") as caught:
        Store("nonsense://user:hidden@host/store")
    assert "hidden" not in caught.value.message
    assert not list(tmp_path.rglob("*.part"))


WRITER = """
import sys
from labci.store import Store
store = Store(sys.argv[1])
for number in range(300):
    kept = store.add("responses", f"{number:064x}", {"by": sys.argv[2], "text": "x" * 5000})
    print(kept["by"])
"""


def test_two_processes_agree_on_every_entry(tmp_path: Path) -> None:
    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, str(tmp_path / "store"), name]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())

    both = [start("first"), start("second")]
    seen = [process.communicate()[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len(seen[0]) == 300
    assert seen[0] == seen[1]
    assert not list(tmp_path.rglob("*.part"))


def asking(text: str) -> Request:
    return Request(model="m", messages=({"role": "user", "content": text},), sampling=Sampling(), seed=0, flow="f")


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"sha256:0\n{}", b"\xff\xfe", b'{"text": "x", "more": 1}'])
def test_a_damaged_answer_is_asked_again(store: Store, damage: bytes) -> None:
    """And kept: what comes after finds it."""
    requests = [asking("one"), asking("two")]
    with serving(lambda body: f"answer to {body['messages'][0]['content']}") as chat:
        client = Client(url=chat.url, key="", served="m")
        list(Cached(client, store).complete(requests))
        spoil(store, damage, requests[0].digest)
        again = {asked.digest: found for asked, found in Cached(client, store).complete(requests)}
        counted = Cached(client, store)
        last = {asked.digest: found for asked, found in counted.complete(requests)}
    assert [again[asked.digest].text for asked in requests] == ["answer to one", "answer to two"]
    assert last == again
    assert [body["messages"][0]["content"] for body in chat.asked].count("one") == 2
    assert len(chat.asked) == 3
    assert counted.counts.cached == 2
    assert Response(**(store.get("responses", requests[0].digest) or {})) == again[requests[0].digest]
