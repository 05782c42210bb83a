"""The size of a checkpoint that is told is the size of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from labci.lm.disk import free_bytes, need_of
from labci.lm.settings import TuneSettings
from labci.lm.shape import shape_of
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.lm.test_soft import rows
from tests.tiny import tiny_model


class Weighing(Said):
    """Notes what lies in a folder at each step."""

    def __init__(self, work: Path) -> None:
        super().__init__()
        self.work, self.found = work, list[int]()

    def step(self, name: str, done: int, total: int) -> None:
        """Bytes of the weights and the optimizer of the checkpoint that is there, if one is."""
        weighed = [*self.work.glob("checkpoint-*/*.safetensors"), *self.work.glob("checkpoint-*/optimizer.pt")]
        self.found.append(sum(file.stat().st_size for file in weighed))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_checkpoint_is_as_large_as_told(tmp_path: Path, method: Literal["full", "lora"]) -> None:
    settings = TuneSettings(epochs=3, batch_size=12, max_length=128, save_seconds=0.0)
    start, data = tiny_model(tmp_path / "start", width=64), rows(tmp_path / "rows.jsonl", soft=False)
    said = Weighing(tmp_path / "work")
    tune(start, data, tmp_path / "out", replace(settings, method=method), progress=said, work=said.work)
    shape = shape_of(start, "")
    assert shape is not None
    trainable = shape.parameters if method == "full" else shape.adapters(settings.lora_rank)
    told = need_of(shape, trainable, [False], tmp_path, half=False)
    assert max(said.found) == pytest.approx(told.checkpoint, rel=0.15)  # names and headers are on top
    assert told.available


def test_what_is_not_there_yet_has_the_space_of_where_it_will_be(tmp_path: Path) -> None:
    free = free_bytes(tmp_path)
    assert free
    assert free_bytes(tmp_path / "not/made/yet") == pytest.approx(free, rel=0.1)
