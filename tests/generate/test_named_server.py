"""Who names a server by OPENAI_BASE_URL and has another teacher is told so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labci.generate.asking import Asking
from labci.work import Opened
from tests.generate.conftest import Place, Silent


class Lines(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


@pytest.mark.parametrize(("url", "teacher", "told"), [
    ("http://user:hidden@localhost:9/v1", "embedded", 1),
    ("http://user:hidden@localhost:9/v1", "openai:quiz", 0),
    ("", "embedded", 0),  # as CI sets a variable that nobody has given a value
])  # fmt: skip
def test_a_server_that_nobody_will_ask_is_told_of_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, url: str, teacher: str, told: int
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    progress = Lines()
    job = replace(place.job(teacher=teacher), progress=progress)
    planning, opened = Opened(job=job), Opened(job=job, examine=Asking(job).examine)
    for one in (planning, opened):
        one.teacher("instruct")
        one.teacher("specialist")
    assert len(progress.lines) == told
    assert all("--teacher openai:MODEL" in line and "hidden" not in line for line in progress.lines)
