"""Which phase has which rows: LAB's three, two, one; each row is taught once, and again in later phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.artifact import read_jsonl, write_jsonl
from labci.config import TrainSettings, read
from labci.curriculum import KINDS, takes
from labci.errors import UsageError
from labci.train.phases import phases

LAB = ("short", "long", "skills")
LEAVES = {"foundational": "foundational_skills/sums", "compositional": "compositional_skills/rhymes"}


def settings(*entries: Any, **flags: Any) -> TrainSettings:
    return read(b"", flags={"train.max_tokens": 10**6, "train.phases": list(entries), **flags}).train


def row(number: int, kind: str, source: str = "new", tokens: int = 50) -> dict[str, Any]:
    phase = kind if kind in ("short", "long") else "skill"
    return {
        "prompt": [{"role": "user", "content": f"Question {number}?"}],
        "completion": [{"role": "assistant", "content": "Yes."}],
        "leaf": LEAVES.get(kind, "knowledge/trams" if kind in ("short", "long") else ""), "source": source,
        "phase": phase, "id": f"{kind}-{source}-{number}", "tokens": tokens,
    }  # fmt: skip


def mixture(folder: Path, counts: dict[str, int], dev: Sequence[str] = ()) -> Path:
    """Rows of each kind, and three general ones."""
    rows = [row(n, kind) for kind, count in counts.items() for n in range(count)]
    write_jsonl(folder / "train.jsonl", rows + [row(n, "general", "general") for n in range(3)])
    write_jsonl(folder / "dev.jsonl", [row(n, kind) for n, kind in enumerate(dev, 900)])
    return folder / "train.jsonl"


def kinds(path: Path | None) -> list[str]:
    assert path is not None
    return [line["id"].partition("-")[0] for line in read_jsonl(path)]


EVEN = {"short": 8, "long": 6, "foundational": 2, "compositional": 4}


def test_lab_s_phases_replay_what_came_before(tmp_path: Path) -> None:
    short, long, skills = phases(mixture(tmp_path, EVEN), tmp_path, settings(*LAB))
    assert [phase.schedule for phase in (short, long, skills)] == ["constant", "constant", "linear"]
    assert sorted(kinds(short.rows)) == ["general"] * 3 + ["short"] * 8
    found = kinds(long.rows)
    assert (found.count("long"), found.count("foundational"), found.count("short")) == (6, 2, 8)  # as many tokens again
    found = kinds(skills.rows)
    assert found.count("compositional") == 4
    assert sum(found.count(kind) for kind in ("short", "long", "foundational")) == 4
    assert all(kinds(phase.rows).count("general") == 3 for phase in (short, long, skills))


def test_without_its_second_phase_nothing_is_lost(tmp_path: Path) -> None:
    first, second = phases(mixture(tmp_path, EVEN), tmp_path, settings("short", "skills"))
    assert {"short", "long"} <= set(kinds(first.rows))
    assert {"foundational", "compositional"} <= set(kinds(second.rows))


def test_new_samples_of_no_phase_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no phase for some of the new samples"):
        phases(mixture(tmp_path, EVEN), tmp_path, settings("short", "long"))


def test_a_phase_has_its_own_settings(tmp_path: Path) -> None:
    own = {"name": "long", "learning_rate": 1e-6, "warmup": 40, "epochs": 3, "batch_size": 2, "schedule": "linear"}
    short, long, _ = phases(mixture(tmp_path, EVEN), tmp_path, settings("short", own, "skills"))
    assert (long.recipe.learning_rate, long.recipe.warmup, long.recipe.batch_size) == (1e-6, 40, 2)
    assert (long.epochs, long.schedule) == (3, "linear")
    assert (short.recipe.learning_rate, short.epochs) == (2e-4, 12)


def test_one_kind_of_data_keeps_its_phase_s_settings_and_the_longest_context(tmp_path: Path) -> None:
    asked = settings({"name": "short", "epochs": 3, "max_length": 64}, {"name": "long", "max_length": 128}, "skills")
    (only,) = phases(mixture(tmp_path, {"short": 8}), tmp_path, asked)
    assert (only.name, only.recipe.name, only.epochs, only.recipe.max_length) == ("stacked", "stacked", 3, 512)


def test_what_is_too_long_for_a_phase_is_not_replayed_in_it(tmp_path: Path) -> None:
    path = mixture(tmp_path, {"short": 4, "compositional": 4})
    write_jsonl(path, [*read_jsonl(path), row(99, "short", "replay", 300), row(98, "general", "general", 300)])
    first, second = phases(path, tmp_path, settings("short", {"name": "skills", "max_length": 100}))
    assert {"short-replay-99", "general-general-98"} <= {line["id"] for line in read_jsonl(first.rows)}
    assert second.longest <= 100


def test_lab_s_phases_are_for_all_leaves_of_a_rebuild(tmp_path: Path) -> None:
    path = mixture(tmp_path, EVEN)
    write_jsonl(path, [line | {"source": "replay"} for line in read_jsonl(path) if line["source"] == "new"])
    rebuild = {"train.lane": "rebuild"}
    assert [p.name for p in phases(path, tmp_path, settings(*LAB, **rebuild))] == list(LAB)
    assert [p.name for p in phases(path, tmp_path, settings("knowledge", "skills", **rebuild))] == ["stacked"]


def test_development_rows_of_what_is_taught_by_then(tmp_path: Path) -> None:
    path = mixture(tmp_path, EVEN, dev=("short", "long", "compositional"))
    found = phases(path, tmp_path, settings(*LAB, **{"train.checkpoint": "best"}))
    assert [sorted(kinds(phase.dev)) for phase in found] == [
        ["short"],
        ["long", "short"],
        ["compositional", "long", "short"],
    ]
    last = settings({"name": "short", "checkpoint": "last"}, "long", "skills", **{"train.checkpoint": "best"})
    assert [phase.dev is None for phase in phases(path, tmp_path, last)] == [True, False, False]


ORDERS = [
    names for count in (1, 2, 3) for names in permutations(["knowledge", *LAB], count)
    if not ("knowledge" in names and {"short", "long"} & set(names))
]  # fmt: skip


@given(names=st.sampled_from(ORDERS))
def test_no_kind_has_two_phases(names: tuple[str, ...]) -> None:
    taken = [kind for name in names for kind in takes(name, names)]
    assert len(taken) == len(set(taken))
    if "skills" in names and len(names) > 1:
        assert set(taken) == set(KINDS)


@given(counts=st.fixed_dictionaries({kind: st.integers(1, 6) for kind in KINDS}), names=st.sampled_from([LAB]))
def test_every_row_is_in_the_phases_and_replay_ends_with_its_budget(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int], names: tuple[str, ...]
) -> None:
    folder = tmp_path_factory.mktemp("mixture")
    found = phases(mixture(folder, counts), folder, replace(settings(*names)))
    ids = [{line["id"] for line in read_jsonl(phase.rows)} for phase in found]
    assert set().union(*ids) == {line["id"] for line in read_jsonl(folder / "train.jsonl")}
    for phase, own in zip(found, (("short",), ("long", "foundational"), ("compositional",)), strict=True):
        mine = sum(counts[kind] for kind in own)
        before = sum(counts[kind] for kind in KINDS if kind not in own) if phase.name == "skills" else 0
        before = counts["short"] if phase.name == "long" else before
        assert phase.samples == mine + min(mine, before) + 3
        assert phase.tokens == 50 * phase.samples


SOME_KINDS = list(chain.from_iterable(combinations(KINDS, count) for count in range(1, len(KINDS) + 1)))


@pytest.mark.parametrize("names", [LAB, ("knowledge", "skills"), ("short", "skills"), ("stacked",)], ids="-".join)
@pytest.mark.parametrize("new", SOME_KINDS, ids="-".join)
def test_replay_of_every_kind_is_trained_whatever_is_new(
    tmp_path: Path, new: tuple[str, ...], names: tuple[str, ...]
) -> None:
    path = mixture(tmp_path, dict.fromkeys(new, 3))
    write_jsonl(path, [*read_jsonl(path), *(row(n, kind, "replay") for kind in KINDS for n in (90, 91))])
    trained = [line["id"] for phase in phases(path, tmp_path, settings(*names)) for line in read_jsonl(phase.rows)]
    assert {line["id"] for line in read_jsonl(path)} == set(trained)


def test_replay_of_a_kind_without_a_phase_is_in_the_last_one(tmp_path: Path) -> None:
    path = mixture(tmp_path, {"short": 3, "long": 3})
    write_jsonl(path, [*read_jsonl(path), row(90, "compositional", "replay"), row(91, "foundational", "replay")])
    for names in (LAB, ("short", "long")):
        first, last = phases(path, tmp_path, settings(*names))
        assert (first.name, last.name) == ("short", "long")
        assert not {"compositional", "foundational"} & set(kinds(first.rows))
        assert {"compositional", "foundational"} < set(kinds(last.rows))
