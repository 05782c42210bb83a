"""A model that is done with is gone before the next one is opened: two of 8B don't fit where one does."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from labci.lm import tune as tuning
from labci.lm.load import LanguageModel, open_model
from labci.lm.settings import TuneSettings
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.lm.test_soft import rows
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ONCE = TuneSettings(epochs=1, batch_size=12, max_length=128)


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Python collects cycles when many objects were made since: by chance, as far as a model goes."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("method", ["full", "lora"])
def test_it_is_gone_when_the_next_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: Literal["full", "lora"]
) -> None:
    models: list[Any] = []
    alive: list[int] = []

    def opened(*arguments: Any) -> LanguageModel:
        lm = open_model(*arguments)
        alive.append(sum(model() is not None for model in models))
        models.append(weakref.ref(lm.model))
        return lm

    monkeypatch.setattr(tuning, "open_model", opened)
    start, data = tiny_model(tmp_path / "start"), rows(tmp_path / "rows.jsonl", soft=True)
    for place in (tmp_path / "first", tmp_path / "second"):
        tune(start, data, place, replace(ONCE, method=method), progress=Said(), work=tmp_path / "work")
        assert [model() for model in models] == [None] * len(models)
        start = place
    assert alive == [0, 0, 0, 0]  # the labels' model and the one that is trained, of each phase


@pytest.mark.usefixtures("no_collection")
def test_it_is_gone_whoever_left_it(tmp_path: Path) -> None:
    """Such as a training that failed."""
    folder = tiny_model(tmp_path / "model")
    model = open_model(folder).model
    model.__dict__["itself"] = model
    left = weakref.ref(model)
    del model
    assert left() is not None
    open_model(folder)
    assert left() is None
