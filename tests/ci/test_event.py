from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.ci import event
from labci.errors import UsageError

BASE, HEAD = "a" * 40, "b" * 40


def payload(**more: Any) -> dict[str, Any]:
    return {"pull_request": {"number": 3, "base": {"sha": BASE}, "head": {"sha": HEAD}} | more}


def read(folder: Path, value: Any) -> event.PullRequest:
    file = folder / "event.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return event.read({"GITHUB_EVENT_PATH": str(file)})


def test_reads_number_and_commits(tmp_path: Path) -> None:
    assert read(tmp_path, payload()) == event.PullRequest(number=3, base=BASE, head=HEAD)


@pytest.mark.parametrize(
    "value",
    [
        "not json", "[]", "null", "{}", {"pull_request": 1}, {"pull_request": {}},
        payload(number="3"), payload(number=True), payload(number=-1), payload(number=None),
        payload(head={"sha": "--upload-pack=evil"}), payload(head={"sha": HEAD.upper()}),
        payload(head={"sha": 5}),
        payload(base={"sha": f"{BASE}\n"}), payload(base={"sha": BASE[:12]}), payload(base=[]),
    ],
)  # fmt: skip
def test_refuses_what_is_no_pull_request(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, value)
    assert error.value.hint


def test_says_which_variable_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH"):
        event.read({})
    with pytest.raises(UsageError, match=r"nowhere\.json"):
        event.read({"GITHUB_EVENT_PATH": str(tmp_path / "nowhere.json")})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pull_request", "number", "head", "base", "sha"]), inner, max_size=4)
    ),
)


@given(value=JSON)
def test_any_other_event_is_a_usage_error(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    with pytest.raises(UsageError):
        read(tmp_path_factory.mktemp("event"), {"pull_request": value})
