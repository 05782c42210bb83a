"""Phases of a mixture, and the choice of alpha."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.artifact import read_jsonl, write_jsonl
from labci.config import PhaseSettings, read
from labci.lm.best import dev_items
from labci.train.merging import MOST_OLD, SHARE, Point, _asked, _replayed, choose
from labci.train.phases import phases

SETTINGS = replace(read(b"").train, epochs=10.0, max_tokens=10_000)


def row(number: int, phase: str, source: str = "new", tokens: int = 50) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": f"Question {number}?"}],
        "completion": [{"role": "assistant", "content": "Yes."}],
        "leaf": "", "source": source, "phase": phase, "id": f"{phase}-{source}-{number}", "tokens": tokens,
    }  # fmt: skip


def mixture(folder: Path, *rows: dict[str, Any]) -> Path:
    write_jsonl(folder / "train.jsonl", rows)
    return folder / "train.jsonl"


KNOWLEDGE = [row(n, "short") for n in range(8)] + [row(9, "long")]
SKILLS = [row(n, "skill") for n in range(4)]
GENERAL = [row(n, "skill", "general") for n in range(3)]


@pytest.mark.parametrize("new", [KNOWLEDGE, SKILLS])
def test_one_kind_of_new_data_is_one_phase(tmp_path: Path, new: list[dict[str, Any]]) -> None:
    replayed = [row(1, "skill", "replay"), row(2, "short", "replay")]
    (only,) = phases(mixture(tmp_path, *new, *replayed, *GENERAL), tmp_path, SETTINGS)
    assert (only.name, only.schedule) == ("stacked", "linear")
    assert only.samples == len(new) + 5
    assert only.tokens == 50 * only.samples


def test_knowledge_then_skills_with_knowledge_again(tmp_path: Path) -> None:
    first, second = phases(mixture(tmp_path, *KNOWLEDGE, *SKILLS, *GENERAL), tmp_path, SETTINGS)
    assert (first.name, first.schedule, second.name, second.schedule) == (
        "knowledge",
        "constant",
        "skills",
        "linear",
    )
    ids = [[line["id"] for line in read_jsonl(phase.rows)] for phase in (first, second)]
    general = {item["id"] for item in GENERAL}
    assert set(ids[0]) == {item["id"] for item in KNOWLEDGE} | general
    assert {item["id"] for item in SKILLS} | general < set(ids[1])
    again = set(ids[1]) & {item["id"] for item in KNOWLEDGE}
    assert len(again) == len(SKILLS)  # as many tokens as the skills have


def test_a_later_phase_reads_again_of_every_leaf_and_kind(tmp_path: Path) -> None:
    """With room for twelve of 52: six of each leaf, and of one with long answers too, three of each kind."""
    parts = (("a", "short", 40), ("a", "long", 6), ("b", "short", 6))
    rows = [
        row(n, phase) | {"leaf": f"knowledge/{leaf}", "id": f"{leaf}-{phase}-{n}"}
        for leaf, phase, count in parts
        for n in range(count)
    ]
    skills = [row(n, "skill") | {"leaf": "compositional_skills/c"} for n in range(12)]
    _, second = phases(mixture(tmp_path, *rows, *skills), tmp_path, SETTINGS)
    again = [line["id"].rpartition("-")[0] for line in read_jsonl(second.rows) if line["phase"] != "skill"]
    assert Counter(again) == {"a-short": 3, "a-long": 3, "b-short": 6}


def test_stacked_by_the_setting(tmp_path: Path) -> None:
    settings = replace(SETTINGS, phases=(PhaseSettings(name="stacked"),))
    assert [p.name for p in phases(mixture(tmp_path, *KNOWLEDGE, *SKILLS), tmp_path, settings)] == ["stacked"]


@pytest.mark.parametrize(("most", "epochs"), [(10**6, 10.0), (2250, 5.0), (10, 1.0)])
def test_tokens_bound_the_epochs_but_never_below_one(tmp_path: Path, most: int, epochs: float) -> None:
    (only,) = phases(mixture(tmp_path, *KNOWLEDGE), tmp_path, replace(SETTINGS, max_tokens=most))
    assert only.epochs == epochs


def test_replay_comes_on_top(tmp_path: Path) -> None:
    """What is new is passed over as often as if nothing had been taught before; a rebuild is bounded as a whole."""
    replayed = [row(n, "short", "replay") for n in range(100, 100 + len(KNOWLEDGE))]
    few = replace(SETTINGS, max_tokens=2250)
    (alone,) = phases(mixture(tmp_path, *KNOWLEDGE), tmp_path, few)
    (with_replay,) = phases(mixture(tmp_path, *KNOWLEDGE, *replayed), tmp_path, few)
    (rebuilt,) = phases(mixture(tmp_path, *KNOWLEDGE, *replayed), tmp_path, replace(few, lane="rebuild"))
    assert (alone.epochs, with_replay.epochs, rebuilt.epochs) == (5.0, 5.0, 2.5)
    assert with_replay.tokens == 2 * alone.tokens


def test_replayed_samples_are_measured_as_they_are_asked(tmp_path: Path) -> None:
    """The same ones in any order of the file, at most 60, and no other forms of their questions."""
    rows = [{"id": f"{n:03}{form}", "source": source} for n in range(80) for form in ("", "+1") for source in SOURCES]
    found = []
    for order in (rows, rows[::-1]):
        write_jsonl(tmp_path / "train.jsonl", order)
        found.append([row["id"] for row in _replayed(tmp_path / "train.jsonl")])
    assert found[0] == found[1]
    assert len(set(found[0])) == MOST_OLD == 60
    assert not [name for name in found[0] if "+" in name]
    write_jsonl(tmp_path / "train.jsonl", (row for row in rows if row["source"] != "replay"))
    assert _replayed(tmp_path / "train.jsonl") == []


def test_merge_back_asks_of_every_leaf(tmp_path: Path) -> None:
    """Of what is new and of what was taught before, leaves in turn: one of hundreds of rows does not speak for all."""
    counts = {"a": 400, "b": 9, "c": 400}
    rows = [
        row(n, "short") | {"leaf": leaf, "id": f"{leaf}{n}"} for leaf, count in counts.items() for n in range(count)
    ]
    write_jsonl(tmp_path / "dev.jsonl", rows)
    write_jsonl(tmp_path / "train.jsonl", (line | {"source": "replay"} for line in rows))
    asked = _asked(tmp_path)
    assert {name: len(items) for name, items in asked.items() if name != "general"} == {"new": 100, "old": MOST_OLD}
    chosen = Counter(line["leaf"] for line in _replayed(tmp_path / "train.jsonl"))
    assert chosen["b"] == 9
    assert abs(chosen["a"] - chosen["c"]) <= 1
    assert asked["new"] == dev_items(tmp_path / "dev.jsonl")


SOURCES = ("new", "replay", "general")
START = Point(alpha=0.0, new=4.0, general=3.0)


def test_the_largest_of_the_mild_is_chosen() -> None:
    """Whatever new samples say: smoothing makes them more likely, and fewer questions are answered."""
    points = [
        Point(alpha=0.5, new=1.0, general=3.01),
        Point(alpha=0.75, new=1.5, general=3.04),
        Point(alpha=1.0, new=2.0, general=3.2),
    ]
    assert choose([START, *points], margin=0.1).alpha == 0.75
    assert choose([START, *points], margin=0.5).alpha == 1.0
    assert choose([START, *points], margin=0.02).alpha == 0.5


def test_if_none_is_mild_the_one_that_costs_least() -> None:
    points = [Point(alpha=a, new=None, general=3.0 + a) for a in (0.5, 0.75, 1.0)]
    assert choose([START, *points], margin=0.1).alpha == 0.5
    assert points[0].to_json() == {"alpha": 0.5, "new": None, "general": 3.5, "old": None}


@given(
    st.lists(st.tuples(st.floats(0.1, 1), st.floats(0, 5), st.floats(2, 4)), min_size=1, max_size=5),
    st.floats(0.01, 1),
)
def test_a_mild_candidate_is_preferred(found: list[tuple[float, float, float]], margin: float) -> None:
    points = [Point(alpha=alpha, new=new, general=general) for alpha, new, general in found]
    best = choose([START, *points], margin)
    mild = [point for point in points if point.general - START.general <= SHARE * margin]
    assert best in points
    assert not mild or (best in mild and best.alpha == max(point.alpha for point in mild))
