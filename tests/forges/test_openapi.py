"""The GitHub of the tests answers `labci submit` as GitHub describes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Labci, git
from tests.contribute.world import FORK, World, world, write_leaf
from tests.servers import openapi

pytestmark = pytest.mark.skipif(not openapi.FILE, reason=openapi.REASON)


@pytest.fixture
def place(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(repository, monkeypatch) as found:
        yield found


def test_every_answer_has_the_shape_that_github_describes(
    labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add_fork()
    place.add_remote("mine", FORK)
    write_leaf(place.clone)
    for options in (["--base", "next"], ["--remote", "mine"], ["--remote", "mine", "--title", "Better"]):
        if "next" in options:
            git(place.clone, "branch", "next")
        labci("-C", place.clone, "submit", *options)
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    labci("-C", place.clone, "submit", "--remote", "mine")
    answers = {(method, status) for method, _, status, _ in place.hub.answers}
    assert answers == {("GET", 200), ("POST", 422), ("POST", 201), ("PATCH", 200), ("GET", 401)}
    assert list(openapi.problems(place.hub.answers)) == []
