"""What a store has of a model counts where it is computed alike, and what was measured is kept when the rest is not."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci.evaluate import measure as measures
from labci.evaluate.measure import BATCH, Measure, measure
from labci.heldout import Item
from labci.lm import answer, load
from labci.store import Store
from tests.lm.say import Said
from tests.tiny import tiny_model

ITEMS = [
    Item(id=f"i{n}", leaf="knowledge/trams", cluster=f"c{n}", question=f"Which tram is {n}?", answer=f"Line {n}.")
    for n in range(BATCH + 6)
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def measured(
    model: Path, store: Store, items: list[Item], said: Said | None = None, among: Sequence[Item] = ()
) -> list[Measure]:
    measures.close()
    return measure(
        "digest", model, items, among=among, store=store, progress=said or Said(), name="evaluate",
    )  # fmt: skip


def kept(store: Store) -> int:
    return len(list(Path(store.root).glob("evaluations/*/*")))


@pytest.mark.slow
@pytest.mark.parametrize(("device", "compute"), [("cpu", "bfloat16"), ("cuda", "float32")])
def test_a_runner_that_computes_otherwise_measures_for_itself(
    model: Path, store: Store, monkeypatch: pytest.MonkeyPatch, device: str, compute: str
) -> None:
    """Two runners share a store: the gate must not hold bfloat16's numbers against those of float32."""
    items = ITEMS[:3]
    monkeypatch.setattr(load, "computing", lambda dtype="auto": ("cpu", "float32"))
    exact = measured(model, store, items)
    assert measured(model, store, items) == exact
    assert kept(store) == 3
    monkeypatch.setattr(load, "computing", lambda dtype="auto": (device, compute))
    if device == "cuda":  # not here: that the model is opened says enough
        monkeypatch.setattr(load, "open_model", opened)
        with pytest.raises(RuntimeError, match="opened"):
            measured(model, store, items)
        return
    assert [one.nll for one in measured(model, store, items)] != [one.nll for one in exact]
    assert kept(store) == 6


@pytest.mark.slow
def test_another_chat_template_asks_something_else(model: Path, store: Store, tmp_path: Path) -> None:
    other = shutil.copytree(model, tmp_path / "other")
    exact = measured(model, store, ITEMS[:3])
    assert measured(other, store, ITEMS[:3]) == exact
    template = other / "chat_template.jinja"
    template.write_text("{{ 'Answer in one word. ' }}" + template.read_text("utf-8"), "utf-8")
    assert [one.nll for one in measured(other, store, ITEMS[:3])] != [one.nll for one in exact]
    assert kept(store) == 6


@pytest.mark.slow
def test_another_item_of_a_leaf_costs_the_wrong_answers_alone(
    model: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model makes of an item stays the same, whatever else the leaf holds out by now."""
    written: list[int] = []
    greedy = answer.greedy

    def counted(lm: Any, chats: Sequence[Any], *rest: Any, **more: Any) -> list[str]:
        written.append(len(chats))
        return greedy(lm, chats, *rest, **more)

    monkeypatch.setattr(answer, "greedy", counted)
    first = measured(model, store, ITEMS[:3], among=ITEMS[:3])
    assert (written, kept(store)) == ([3], 6)
    later = measured(model, store, ITEMS[:3], among=ITEMS[:4])
    assert (written, kept(store)) == ([3], 9)
    assert [replace(one, contrast=None) for one in later] == [replace(one, contrast=None) for one in first]
    assert [one.contrast for one in later] != [one.contrast for one in first]
    fresh = measured(model, Store(str(Path(store.root).with_name("fresh"))), ITEMS[:3], among=ITEMS[:4])
    assert [one.contrast for one in fresh] == pytest.approx([one.contrast for one in later], abs=1e-5)


def test_one_new_item_of_an_edited_leaf_is_told_apart_from_its_older_ones(model: Path, store: Store) -> None:
    (one,) = measured(model, store, [replace(ITEMS[0], answer="Red.")], among=ITEMS[:3])
    assert one.contrast is not None
    (alone,) = measured(model, store, [replace(ITEMS[0], answer="Red.")])
    assert alone == replace(one, contrast=None)


def opened(*args: object, **rest: object) -> None:
    raise RuntimeError("opened")


class Cut(Said):
    """A run that is ended when the first batch has been measured."""

    def step(self, name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt


@pytest.mark.slow
def test_what_was_measured_before_the_end_is_not_measured_again(model: Path, store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        measured(model, store, ITEMS, Cut())
    assert kept(store) == BATCH
    said = Said()
    whole = measured(model, store, ITEMS, said)
    assert kept(store) == len(ITEMS)
    alone = measured(model, Store(f"{store.root}-other"), ITEMS)
    assert [one.answer for one in whole] == [one.answer for one in alone]
    assert [one.nll for one in whole] == pytest.approx([one.nll for one in alone], abs=1e-4)
