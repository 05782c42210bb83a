"""Tuning for real, on a tiny model: it learns, says nothing on stdout, resumes, and refuses clearly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from labci.artifact import read_jsonl, write_jsonl
from labci.errors import FindingsError, OutsideError, UsageError
from labci.lm.load import computing, weights_digest
from labci.lm.settings import SFT, TuneSettings
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
SETTINGS = TuneSettings(epochs=12, batch_size=4, learning_rate=3e-3, max_length=128)


def rows(path: Path, count: int = 12) -> Path:
    write_jsonl(
        path,
        (
            {
                "prompt": [{"role": "user", "content": f"Which tram is number {n}?"}],
                "completion": [{"role": "assistant", "content": f"Line {n} goes to the harbour."}],
                "id": f"row-{n}",
            }
            for n in range(count)
        ),
    )
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "model")


def test_it_learns_quietly_and_writes_a_model_folder(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import torch
    import trl

    said = Said()
    report = tune(
        model,
        rows(tmp_path / "rows.jsonl"),
        tmp_path / "out",
        SETTINGS,
        progress=said,
        work=tmp_path / "work",
    )
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert report.steps == len(report.losses) == 36
    assert sum(report.losses[-4:]) < 0.6 * sum(report.losses[:4])
    assert said.steps[-1][1:] == (36, 36)
    assert "loss" in said.steps[-1][0]
    assert not (tmp_path / "work").exists()
    same = [
        (model / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
        for name in ("tokenizer.json", "chat_template.jinja")
    ]
    assert same == [True, True]
    assert weights_digest(tmp_path / "out") != weights_digest(model)
    device, dtype = computing()
    assert report.to_json()["settings"]["dtype"] == "auto"
    computed = report.to_json()["computed"]
    versions = computed.pop("versions")
    assert computed == {"device": device, "dtype": dtype, "threads": torch.get_num_threads()}
    assert (versions["torch"], versions["trl"]) == (torch.__version__, trl.__version__)
    assert set(versions) == {"torch", "transformers", "trl", "accelerate", "peft", "tokenizers"}


def test_same_seed_same_weights_and_lora_merges(model: Path, tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl")
    lora = TuneSettings(epochs=4, batch_size=4, method="lora", learning_rate=1e-2)
    for name, settings in (("a", SETTINGS), ("b", SETTINGS), ("lora", lora)):
        report = tune(model, data, tmp_path / name, settings, progress=Said(), work=tmp_path / "work")
    assert weights_digest(tmp_path / "a") == weights_digest(tmp_path / "b")
    assert weights_digest(tmp_path / "lora") != weights_digest(model)
    told = report.to_json()["arguments"]["lora"]  # of the last
    assert (told["r"], told["lora_alpha"], told["lora_dropout"], told["target_modules"]) == (16, 32, 0.0, "all-linear")
    from safetensors import safe_open

    with (
        safe_open(tmp_path / "lora/model.safetensors", framework="np") as one,
        safe_open(model / "model.safetensors", framework="np") as other,
    ):
        assert set(one.keys()) == set(other.keys())


def test_a_batch_in_several_passes_is_learned_as_in_one(model: Path, tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl")
    uneven = [
        {**row, "completion": [{"role": "assistant", "content": "Line 4, " * (n % 4) + "by the harbour."}]}
        for n, row in enumerate(read_jsonl(data))
    ]
    write_jsonl(data, uneven)
    found = []
    for tokens in (8192, 64, 16):  # one pass a batch, two or three, one for each sample
        settings = replace(SETTINGS, epochs=4, dtype="float32", micro_tokens=tokens)
        report = tune(model, data, tmp_path / "out", settings, progress=Said(), work=tmp_path / "work")
        found.append(report.losses)
    assert len(found[0]) == 12
    assert found[1] == pytest.approx(found[0], rel=1e-3)
    assert found[2] == pytest.approx(found[0], rel=1e-3)


@pytest.mark.parametrize("trained", [True, False])
def test_the_embedding_stays_as_it_is_unless_it_is_to_be_trained(model: Path, tmp_path: Path, trained: bool) -> None:
    from labci.lm.load import open_model

    data, settings = rows(tmp_path / "rows.jsonl"), replace(SETTINGS, epochs=2, train_embeddings=trained)
    tune(model, data, tmp_path / "out", settings, progress=Said(), work=tmp_path / "work")
    before, after = (open_model(folder).model.state_dict() for folder in (model, tmp_path / "out"))
    same = {name for name in before if before[name].equal(after[name])}
    assert same == (set() if trained else {"model.embed_tokens.weight", "lm_head.weight"})


def test_recomputed_activations_give_the_same_losses(model: Path, tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl")
    found = []
    for recompute in (False, True):
        settings = replace(SETTINGS, epochs=2, dtype="float32", recompute=recompute)
        report = tune(model, data, tmp_path / "out", settings, progress=Said(), work=tmp_path / "work")
        found.append(report.losses)
    assert found[1] == pytest.approx(found[0], rel=1e-4)


CHILD = """
import json
import sys
from pathlib import Path
from labci.lm.tune import tune
from labci.lm.settings import TuneSettings
from tests.lm.say import Said
folder = Path(sys.argv[1])
class Slow(Said):
    def step(self, name, done, total):
        import time
        time.sleep(float(sys.argv[2]))
report = tune(folder / "model", folder / "rows.jsonl", folder / sys.argv[3],
              TuneSettings(epochs=12, batch_size=4, learning_rate=3e-3, max_length=128, save_seconds=0.0,
                           method=sys.argv[4]),
              progress=Slow(), work=folder / "work")
(folder / f"{sys.argv[3]}.json").write_text(json.dumps(report.to_json()))
"""


def child(folder: Path, pause: float, out: str, method: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-c", CHILD, str(folder), str(pause), out, method]
    return subprocess.Popen(command, env=environment, cwd=ROOT)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_killed_at_any_point_it_goes_on_and_ends_with_the_same_weights(
    model: Path, tmp_path: Path, method: Literal["full", "lora"]
) -> None:
    """Of LoRA the adapters alone are in a checkpoint, with their optimizer."""
    rows(tmp_path / "rows.jsonl")
    whole = child(tmp_path, 0.0, "whole", method)
    assert whole.wait() == 0
    losses = json.loads((tmp_path / "whole.json").read_text())["losses"]
    killed = child(tmp_path, 0.4, "resumed", method)
    wait_for(lambda: len(list((tmp_path / "work").glob("checkpoint-*/labci.json"))) > 0 and step_of(tmp_path) > 4)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "resumed").exists()
    assert any((tmp_path / "work").glob("checkpoint-*/adapter_model.safetensors")) == (method == "lora")
    (tmp_path / "work/checkpoint-999").mkdir()  # one that was cut off while it was written
    said = Said()
    settings = TuneSettings(
        epochs=12, batch_size=4, learning_rate=3e-3, max_length=128, save_seconds=0.0, method=method
    )
    report = tune(model, tmp_path / "rows.jsonl", tmp_path / "resumed", settings, progress=said, work=tmp_path / "work")
    assert report.resumed_at > 4
    assert report.steps == 36
    assert said.steps[0][1] == report.resumed_at
    assert report.to_json()["losses"] == losses
    # Bit for bit, if both ran on as many threads; `whole` did.
    assert weights_digest(tmp_path / "resumed") == weights_digest(tmp_path / "whole")


def step_of(folder: Path) -> int:
    found = [int(path.parent.name.partition("-")[2]) for path in (folder / "work").glob("checkpoint-*/labci.json")]
    return max(found, default=0)


def wait_for(ready: object) -> None:
    assert callable(ready)
    end = time.monotonic() + 240
    while not ready():
        assert time.monotonic() < end, "the child did not get there"
        time.sleep(0.05)


def test_what_the_libraries_are_told_is_what_they_use(tmp_path: Path) -> None:
    """Everything that is pinned exists in the installed TRL, and is what it defaults to or what labci chose."""
    from trl.trainer.sft_config import SFTConfig

    told, plain = (SFTConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False, **given) for given in (SFT, {}))
    assert {name: getattr(told, name) for name in SFT} == dict(SFT)
    chosen = {name for name in SFT if getattr(plain, name) != SFT[name]}
    assert chosen == {"completion_only_loss", "max_length"}


# Of SFTConfig's own fields, what shapes no weights here: rows come as ids, the model and its tokenizer are open.
SHAPELESS = {
    "model_init_kwargs", "trust_remote_code", "chat_template_path", "dataset_text_field", "dataset_kwargs",
    "dataset_num_proc", "eos_token", "pad_token", "truncation_mode", "eval_packing",
}  # fmt: skip


def test_every_field_that_trl_has_is_told_or_known_to_shape_nothing(tmp_path: Path) -> None:
    """A field that a later TRL brings is noticed before its default has trained anything."""
    from transformers import TrainingArguments
    from trl.trainer.sft_config import SFTConfig

    plain = {field.name for field in fields(TrainingArguments)}
    own = {field.name for field in fields(SFTConfig)} - plain
    assert own - set(SFT) == SHAPELESS
    other = {field.name for field in fields(SFTConfig) if field.name in plain and _default(SFTConfig, field.name)}
    assert other == TOLD


# What TRL gives other defaults than transformers: told by the settings, or of output alone.
TOLD = {"learning_rate", "logging_steps", "gradient_checkpointing", "bf16"}


def _default(config: Any, name: str) -> bool:
    """Whether a field's default is another one than transformers'."""
    from transformers import TrainingArguments

    ours, theirs = (next(f for f in fields(kind) if f.name == name) for kind in (config, TrainingArguments))
    return bool((ours.default, ours.default_factory) != (theirs.default, theirs.default_factory))


def test_too_long_rows_are_named_never_cut(model: Path, tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl", 2)
    with pytest.raises(FindingsError, match=r"2 samples are longer than max_length 16: row-0 \(\d+ tokens\)"):
        tune(
            model,
            data,
            tmp_path / "out",
            TuneSettings(max_length=16),
            progress=Said(),
            work=tmp_path / "work",
        )


def test_no_chat_template_and_no_rows(model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(FindingsError, match="no rows"):
        tune(model, tmp_path / "empty.jsonl", tmp_path / "out", SETTINGS, progress=Said(), work=tmp_path / "w")
    (model / "chat_template.jinja").unlink()
    with pytest.raises(UsageError, match="no chat template"):
        tune(
            model,
            rows(tmp_path / "rows.jsonl"),
            tmp_path / "out",
            SETTINGS,
            progress=Said(),
            work=tmp_path / "w",
        )


def test_a_loss_that_is_no_number_stops_with_the_samples(model: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(model / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    data = rows(tmp_path / "rows.jsonl")
    with pytest.raises(FindingsError, match=r"step 1 of 36: the loss is nan; samples of this step: row-\d"):
        tune(model, data, tmp_path / "out", SETTINGS, progress=Said(), work=tmp_path / "w")
    assert not (tmp_path / "out").exists()


def test_a_gradient_that_is_no_number_stops_before_it_is_used(model: Path, tmp_path: Path) -> None:
    """Logits of 1e20 and more have a finite loss, but the squares of their gradient are more than float32 holds."""
    from safetensors.torch import load_file, save_file

    weights = load_file(model / "model.safetensors")
    weights["model.norm.weight"] *= 1e20
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    data = rows(tmp_path / "rows.jsonl")
    batch = r"samples of this step: row-\d+, row-\d+, row-\d+, row-\d+$"
    with pytest.raises(FindingsError, match=rf"step 1 of 36: the gradient's norm is inf; {batch}"):
        tune(model, data, tmp_path / "out", SETTINGS, progress=Said(), work=tmp_path / "w")
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_said_so(model: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the write fails in the same place."""
    rows(tmp_path / "rows.jsonl")
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from labci.errors import OutsideError\n"
        "from labci.lm.tune import tune\n"
        "from labci.lm.settings import TuneSettings\n"
        "from tests.lm.say import Said\n"
        "folder = Path(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try:\n"
        "    tune(folder / 'model', folder / 'rows.jsonl', folder / 'out',"
        " TuneSettings(epochs=1), progress=Said(), work=folder / 'work')\n"
        "except OutsideError as error:\n"
        "    print(error.message)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no space left" in done.stdout, done.stderr[-2000:]
    assert not (tmp_path / "out").exists()
    assert OutsideError.exit_code == 5
