"""What a training is built from, where the machine that would tell is not here."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from labci.lm.load import open_model
from labci.lm.trainer import SHORT, attention
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
# Two graphics cards are counted, none is there: what transformers goes by in a process that no launcher started.
TWO_CARDS = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
torch.cuda.device_count = lambda: 2
from labci.lm import trainer
from labci.lm.load import open_model, quiet
from labci.lm.rows import Encoded
from labci.lm.settings import TuneSettings
from labci.lm.watch import Watch
from tests.lm.say import Said
folder = Path(sys.argv[1])
data = Encoded(names=["a"], ids=[[1, 2, 3, 4]], labels=[[-100, -100, 3, 4]], every=[1], soft=[False])
with quiet():
    lm = replace(open_model(folder / "model", "float32"), device="cuda")
    watch = Watch("train", [["a"]], Said(), 75.0)
    run = trainer.build(lm, data, [0], TuneSettings(batch_size=1), watch, None, folder / "work", "key", {})
print(run.args.n_gpu, run.args.train_batch_size)
"""


def test_attention_of_short_samples_is_the_same(tmp_path: Path) -> None:
    import torch

    lm = open_model(tiny_model(tmp_path / "model"), "float32")
    for places, plainly in ((SHORT, True), (SHORT + 1, False)):
        ids = torch.arange(2 * places).reshape(2, places) % 200
        found = {}
        for name, how in (("ours", attention(places, "cpu")), ("torch's", nullcontext())):
            lm.model.zero_grad()
            with how:
                hidden = lm.model.base_model(input_ids=ids, use_cache=False).last_hidden_state
            hidden.pow(2).sum().backward()
            found[name] = [hidden, *(weight.grad for weight in lm.model.base_model.parameters())]
        for ours, theirs in zip(found["ours"], found["torch's"], strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)
        assert isinstance(attention(places, "cpu"), nullcontext) != plainly
        assert isinstance(attention(places, "cuda"), nullcontext)


def test_one_process_on_a_machine_of_two_graphics_cards_trains_on_one(tmp_path: Path) -> None:
    tiny_model(tmp_path / "model")
    done = subprocess.run(
        [sys.executable, "-c", TWO_CARDS, tmp_path], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "1 1\n", done.stderr
