"""No memory and a full disk are said so, with what helps, in training, merge-back and evaluation."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labci.chat import open_talker
from labci.errors import OutsideError, UsageError
from labci.evaluate.measure import measure
from labci.heldout import Item
from labci.lm.outside import clear_errors
from labci.lm.settings import TuneSettings
from labci.lm.tune import less_memory
from labci.request import Continuation, Request, Sampling
from labci.store import Store
from labci.teachers import Options
from labci.teachers.transformers import Transformers
from labci.train.merging import merge_back
from tests.lm.say import Said

NO_MEMORY = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 12 bytes")
CUBLAS = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "error",
    [MemoryError(), NO_MEMORY, RuntimeError("CUDA out of memory. Tried"), CUBLAS, OSError(errno.ENOMEM, "no")],
    ids=str,
)
def test_no_memory_is_the_machine_s(error: Exception) -> None:
    with pytest.raises(OutsideError, match=r"^not enough memory while testing$") as found, clear_errors("testing"):
        raise error
    assert "end other programs" in found.value.hint


@pytest.mark.parametrize("error", [FULL, OSError(errno.EDQUOT, "x"), RuntimeError("file write failed")], ids=str)
def test_a_full_disk_is_the_machine_s(error: Exception) -> None:
    with pytest.raises(OutsideError, match=r"^no space left on the disk while testing$"), clear_errors("testing"):
        raise error


@pytest.mark.parametrize("error", [UsageError("out of memory"), OSError(errno.EACCES, "no"), KeyError("x")], ids=str)
def test_anything_else_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as found, clear_errors("testing"):
        raise error
    assert found.value is error


def test_the_hint_names_what_is_not_set_yet() -> None:
    full = TuneSettings(micro_tokens=4096)
    assert less_memory(full) == (
        "lower train.micro_tokens (4096), set train.recompute: true, "
        "set train.method: lora with train.weights: bfloat16, or lower train.max_length"
    )
    lora = replace(full, method="lora", recompute=True)
    assert (
        less_memory(lora) == "lower train.micro_tokens (4096), set train.weights: bfloat16, or lower train.max_length"
    )
    assert less_memory(replace(lora, weights="bfloat16")) == (
        "lower train.micro_tokens (4096), or lower train.max_length"
    )


def failing(error: Exception) -> Any:
    def fail(*args: Any, **rest: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ("labci.lm.load.open_model", NO_MEMORY, "not enough memory while merging back"),
        ("labci.lm.merge.interpolate", FULL, "no space left on the disk while merging back"),
    ],
)
def test_in_merge_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: Exception, message: str
) -> None:
    for name in ("dev", "train"):
        (tmp_path / f"{name}.jsonl").write_text("")
    if error is FULL:
        monkeypatch.setattr("labci.train.merging._measure", lambda *args: None)
    monkeypatch.setattr(place, failing(error))
    with pytest.raises(OutsideError, match=message):
        merge_back(tmp_path, tmp_path, tmp_path, tmp_path / "out", [1.0], 0.05, Said())


def test_in_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labci.lm.load.open_model", failing(NO_MEMORY))
    item = Item(id="a", question="Which tram?", answer="Line 4.", leaf="knowledge/trams", cluster="a")
    with pytest.raises(OutsideError, match="not enough memory while evaluating"):
        measure("digest", tmp_path, [item], among=(), store=Store(str(tmp_path / "store")), progress=Said(), name="a")


def test_in_a_teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labci.lm.load.open_model", failing(NO_MEMORY))
    teacher = Transformers(Options(argument="big"), folder=tmp_path, name="big", digest="d")
    ask = Request(model="big", messages=({"role": "user", "content": "x"},), sampling=Sampling(), seed=0, flow="f")
    with pytest.raises(OutsideError, match="not enough memory while teacher big writes") as found:
        list(teacher.complete([ask]))
    assert "smaller teacher" in found.value.hint
    with pytest.raises(OutsideError, match="not enough memory while teacher big reads"):
        teacher.score([Continuation(messages=ask.messages, text="y")])


def test_in_a_talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labci.lm.load.open_model", failing(NO_MEMORY))
    with pytest.raises(OutsideError, match="not enough memory while opening the model"):
        open_talker(tmp_path, 8)
