"""What progress says elsewhere than on a terminal, by a clock that the test moves; and a terminal that stays small."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from labci.cli.options import progress
from labci.report.pace import Pace, duration
from labci.report.progress import LEAVES, Bars, Plain


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_plain_says_how_far_how_fast_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    plain = Plain(clock)
    for done in range(0, 121):  # two a second
        plain.step("generate: calls", done, 520)
        clock.now += 0.5
    said = lines(capsys.readouterr().err)
    assert said == [
        "[    15 s] generate: 30 of 520 calls, 2 calls/s, about 4 min left",
        "[    30 s] generate: 60 of 520 calls, 2 calls/s, about 4 min left",
        "[    45 s] generate: 90 of 520 calls, 2 calls/s, about 4 min left",
        "[    60 s] generate: 120 of 520 calls, 2 calls/s, about 3 min left",
    ]
    plain.step("generate: calls", 520, 520)
    assert lines(capsys.readouterr().err) == ["[    60 s] generate: 520 of 520 calls"]


def test_what_the_store_knew_is_no_pace(capsys: pytest.CaptureFixture[str]) -> None:
    """A burst of answers from the store is forgotten after a minute."""
    clock = Clock()
    plain = Plain(clock)
    plain.step("generate: calls", 0, 2000)
    plain.step("generate: calls", 1000, 2000)
    for done in range(1001, 1200):  # then the teacher: one a second
        clock.now += 1
        plain.step("generate: calls", done, 2000)
    assert "1195 of 2000 calls, 1 calls/s, about 13 min left" in capsys.readouterr().err


def test_a_name_without_a_unit(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    plain = Plain(clock)
    plain.step("training, loss 2.31", 1, 100)
    clock.now += 20
    plain.step("training, loss 1.10", 11, 100)
    assert lines(capsys.readouterr().err) == ["[    20 s] training, loss 1.10: 11 of 100, 0.5/s, about 3 min left"]


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 9)), min_size=2, max_size=200))
@example([(0.0, 0), (5e-324, 1)])
def test_a_pace_is_never_negative_and_remembers_little(steps: list[tuple[float, int]]) -> None:
    pace, now, done = Pace(), 0.0, 0
    for seconds, more in steps:
        now, done = now + seconds, done + more
        pace.note(now, done)
        left = pace.left(done + 5)
        assert pace.rate >= 0
        assert left is None or left > 0
    assert len(pace.marks) <= 125


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (100, "2 min"), (5400, "1 h 30 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.fixture
def bars() -> Iterator[Bars]:
    shown = Bars(Console(file=io.StringIO(), force_terminal=True, width=100, height=40))
    with shown:
        yield shown


def test_a_thousand_leaves_in_work_have_a_few_lines(bars: Bars) -> None:
    for number in range(1000):
        bars.leaf(f"knowledge/[bold]/{number}", 1, 10)
    bars.step("generate: calls", 1000, 10_000)
    assert len(bars.progress.tasks) == LEAVES + 1
    for number in range(1000):
        bars.leaf(f"knowledge/[bold]/{number}", 10, 10)
    assert [task.description for task in bars.progress.tasks] == ["generate: calls"]
    bars.leaf("knowledge/next", 1, 3)
    assert len(bars.progress.tasks) == 2


def test_names_are_no_markup(bars: Bars) -> None:
    odd = "[bold] labci.yaml:100:1 [/b]"
    bars.say(odd)
    bars.step(odd, 1, 10)
    bars.leaf(odd, 1, 10)
    bars.progress.refresh()
    shown = bars.console.file
    assert isinstance(shown, io.StringIO)
    last = shown.getvalue().rpartition("\r")[2]
    assert [line.count(odd) for line in last.splitlines()] == [1, 1]
    assert odd in shown.getvalue().partition("━")[0]


@pytest.mark.parametrize(("ci", "kind"), [("", Bars), ("true", Plain)])
def test_a_runner_that_gives_its_jobs_a_terminal_gets_lines(
    monkeypatch: pytest.MonkeyPatch, ci: str, kind: type[object]
) -> None:
    """Bars redraw themselves ten times a second: megabytes of log that nobody sees move."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress() as found:
        assert isinstance(found, kind)
