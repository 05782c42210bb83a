"""`labci train --dry-run`: the steps that training then takes, offline, and no weights are loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import schema
from labci.artifact import read_json, write_json
from labci.config import read
from labci.lm.memory import Load, Machine, estimate
from labci.lm.settings import TuneSettings
from labci.lm.shape import Shape, shape_of
from labci.report.training import to_text
from labci.train import train
from labci.train.forecast import _split, forecast
from tests.conftest import Labci, add_leaf, git
from tests.tiny import tiny_model
from tests.train.test_stage import FLAGS, ROOT, job, prepare

SHAPE = Shape(
    parameters=10**9, layers=20, hidden=2048, intermediate=5632, attention=2048, keys=512, vocabulary=32_000,
    embeddings=65_536_000, source="weights",
)  # fmt: skip
LOAD = Load(
    tokens=4096, completion=0.5, trainable=10**9, autocast=False, half=False, recompute=False, lora=False, processes=1
)


def checked(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    schema.validator("training-plan").validate(value)
    return value


@pytest.mark.slow
def test_the_steps_that_it_says_are_the_steps_that_training_takes(repository: Path) -> None:
    prepare(repository)
    own = job(repository, **{"train.warmup": 5, "train.phases": ["knowledge", {"name": "skills", "epochs": 7}]})
    value = forecast(own)
    schema.validator("training-plan").validate(value)
    assert not (own.run / "training").exists()
    (found,) = value["estimates"]
    assert found["basis"] == "mixture"
    train(own)
    done = read_json(own.run / "training.json")
    assert [phase["steps"] for phase in found["phases"]] == [phase["steps"] for phase in done["phases"]]
    assert [phase["name"] for phase in found["phases"]] == [phase["phase"] for phase in done["phases"]]
    assert [phase["warmup_steps"] for phase in found["phases"]] == [5, 5]
    assert found["phases"][0]["batch"] == {"size": 8, "processes": 1, "micro": 8, "accumulation": 1, "whole": True}
    assert found["fits"] is True
    assert found["disk"]["total"] < found["disk"]["available"]


def test_the_last_phase_is_said_to_have_what_no_other_takes() -> None:
    sizes = {"short": (4, 400), "long": (4, 400), "foundational": (0, 0), "compositional": (2, 200)}
    first, last = _split(read(b"", flags={"train.phases": ["short", "long"]}).train, sizes, bounded=1000)
    assert (first.samples, first.tokens) == (4, 400)
    assert (last.samples, last.tokens) == (4 + 2 + 4, 400 + 200 + 400)


@pytest.mark.parametrize(
    ("profile", "steps", "million"),
    [("labradorite-13b", [821, 420, 1003], 13_000), ("merlinite-7b", [657, 240, 1003], 7000)],
)  # 630K, 230K and 550K samples, so many epochs, by 3840
def test_the_paper_s_recipes_offline_in_an_empty_repository(
    labci: Labci,
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    profile: str,
    steps: list[int],
    million: int,
) -> None:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    command = ("-C", repository, "train", "--dry-run", "--set", f"profile={profile}")
    value = checked(labci(*command, "--format", "json").out)
    assert value["parameters"] == million * 1_000_000
    assert value["known_from"] == "name"
    assert "nothing is new" in value["problem"]
    (found,) = value["estimates"]
    assert [phase["steps"] for phase in found["phases"]] == steps
    assert [phase["max_length"] for phase in found["phases"]] == [2048, 4096, 4096]
    for phase in found["phases"]:
        batch = phase["batch"]
        assert batch["processes"] * batch["micro"] * batch["accumulation"] == batch["size"] == 3840
    rate, warmup = (2e-5, 385) if profile == "labradorite-13b" else (1e-6, 800)  # the paper's Table 2
    assert {(phase["learning_rate"], phase["warmup_steps"]) for phase in found["phases"]} == {(rate, warmup)}
    samples, contexts = (630_000, 230_000, 550_000), (2048, 4096, 4096)
    epochs = (5, 7, 7) if profile == "labradorite-13b" else (4, 4, 7)
    at_most = [count * context * passes for count, context, passes in zip(samples, contexts, epochs, strict=True)]
    assert [phase["tokens_trained"] for phase in found["phases"]] == at_most
    assert found["tokens"] == sum(at_most)
    commands = [row["command"] for row in value["commands"]]
    assert len(commands) == 3
    assert [" run --to mix " in command for command in commands] == [True, False, False]
    assert [" train " in command for command in commands] == [False, True, True]
    assert commands[2].startswith(("torchrun ", "accelerate launch "))
    assert all(f"--set profile={profile}" in command for command in commands)
    assert found["memory"]["total"] > 16 * value["parameters"]  # fp32 weights, gradients and two moments
    assert found["fits"] is False
    disk = found["disk"]
    assert disk["checkpoint"] == 12 * value["parameters"]
    assert disk["total"] == (2 * 4 + 2 * 12) * value["parameters"]  # two phases as models, two checkpoints of the third
    text = labci(*command).out
    assert f"GiB at its fullest; a checkpoint has {disk['checkpoint'] / 2**30:.1f} GiB" in text
    assert ("that are free where the run is" in text) == (disk["total"] > disk["available"])
    assert "by its name: the model is not here" in text
    assert "does not cut a model up" in text
    assert ("the rate never reaches its peak" in text) == (profile == "merlinite-7b")
    assert not (tmp_path / "cache").exists()


def test_by_the_plan_where_nothing_is_mixed(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    flow = "flows.knowledge=knowledge-small"
    command = ("-C", repository, "train", "--dry-run", "--teacher", "openai:quiz", "--set", flow)
    value = checked(labci(*command, "--format", "json").out)
    (found,) = value["estimates"]
    assert (found["basis"], [phase["name"] for phase in found["phases"]]) == ("plan", ["stacked"])
    (run,) = (repository / ".labci/runs").iterdir()
    plan = read_json(run / "plan.json")
    assert found["phases"][0]["tokens"] == pytest.approx(plan["train"]["tokens"], abs=2)
    assert found["phases"][0]["samples"] == 4 * plan["train"]["samples_new"]
    commands = [row["command"] for row in value["commands"]]
    assert commands[0].startswith(f"labci -C {repository} run --to mix --run {run} ")
    assert "--set teacher=openai:quiz" in commands[1]
    assert not (run / "mixture").exists()


@pytest.mark.slow
def test_a_network_that_fails_is_an_error_unless_the_recipe_is_published(
    labci: Labci, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_leaf(repository, "dev_press")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    qna = repository / "taxonomy/knowledge/bench/dev_press/qna.yaml"
    text = qna.read_text()
    there = text[text.index("document:") :].splitlines()[1]
    qna.write_text(text.replace(there, "  repo: https://127.0.0.1:9/none.git"))
    git(repository, "commit", "-qam", "Elsewhere")
    failed = labci("-C", repository, "train", "--dry-run")
    assert failed.code != 0
    told = labci("-C", repository, "train", "--dry-run", "--set", "profile=merlinite-7b")
    assert told.code == 0
    assert "no estimate for this repository: " in told.out
    assert "by published: arXiv 2403.01081" in told.out


@pytest.mark.slow
def test_it_loads_no_torch(repository: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom labci.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n"
        "    print({'torch', 'transformers'} & set(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", repository, "train", "--dry-run", "--set", "profile=merlinite-7b"],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "machine   " in done.stdout
    if "machine   processor" in done.stdout:  # torch is asked for the memory of a graphics card
        assert done.stderr.endswith("set()\n")


def test_a_model_that_is_here_is_counted(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = tiny_model(tmp_path / "tiny-7b")
    shape = shape_of(folder, "tiny-7b")
    assert shape is not None
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert (shape.parameters, shape.source) == (sum(p.numel() for p in model.parameters()), "weights")
    (folder / "model.safetensors").unlink()
    config = shape_of(folder, "tiny-7b")
    assert config is not None
    assert (config.parameters, config.source) == (shape.parameters, "config.json")


def test_adapters_are_as_many_as_peft_makes(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tiny_model(tmp_path / "tiny")
    shape = shape_of(folder, "")
    assert shape is not None
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(folder),
        LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    assert shape.adapters(4) == sum(p.numel() for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("a/Llama-2-13b-hf", 13e9), ("granite-3.3-8b-instruct", 8e9), ("smollm2-135m", 135e6), ("Qwen2.5-0.5B", 5e8)],
)
def test_a_name_tells_its_size(tmp_path: Path, name: str, parameters: float) -> None:
    shape = shape_of(tmp_path / "none", name)
    assert shape is not None
    assert shape.parameters == parameters
    rough = 12 * shape.layers * shape.hidden**2
    assert 0.7 < rough / parameters < 1.4


def test_a_name_that_tells_nothing(repository: Path, tmp_path: Path) -> None:
    assert shape_of(tmp_path, "orca-big") is None
    prepare(repository)
    (repository / "student/config.json").unlink()
    value = forecast(job(repository))
    assert value["estimates"][0]["memory"] is None
    assert value["estimates"][0]["disk"] is None
    assert "of unknown size" in to_text(value)


@given(
    tokens=st.integers(1, 10**6), rank=st.integers(1, 64), half=st.booleans(), autocast=st.booleans(),
    processes=st.integers(1, 8),
)  # fmt: skip
def test_memory_is_ordered_as_its_settings(tokens: int, rank: int, half: bool, autocast: bool, processes: int) -> None:
    from dataclasses import replace

    full = replace(LOAD, tokens=tokens, autocast=autocast, processes=processes)
    memory = estimate(SHAPE, full)
    assert memory.total >= 16 * SHAPE.parameters
    assert estimate(SHAPE, replace(full, tokens=tokens + 1)).total > memory.total
    assert estimate(SHAPE, replace(full, recompute=True)).total < memory.total
    lora = replace(full, lora=True, trainable=SHAPE.adapters(rank), half=half)
    if tokens <= 4096:
        assert estimate(SHAPE, lora).total < memory.total
    assert estimate(SHAPE, replace(lora, half=True)).weights < memory.weights


def test_an_embedding_that_stays_needs_no_gradient_and_no_moments(repository: Path) -> None:
    prepare(repository)
    found = {}
    for trained in (False, True):
        value = forecast(job(repository, **{"train.embeddings": trained}))
        found[trained] = value["trainable"], value["estimates"][0]["memory"]
    shape = shape_of(repository / "student", "student")
    assert shape is not None
    assert found[True][0] == shape.parameters
    assert found[False][0] == shape.parameters - shape.vocabulary * shape.hidden  # the tiny model's head is tied
    for part, width in (("gradients", 4), ("optimizer", 8)):
        assert found[True][1][part] - found[False][1][part] == width * shape.embeddings


@given(warmup=st.floats(0, 2000), steps=st.integers(1, 10_000))
def test_warm_up_below_one_is_a_share(warmup: float, steps: int) -> None:
    found = TuneSettings(warmup=warmup).warmup_steps(steps)
    assert found == (round(warmup * steps) if warmup < 1 else round(warmup))
    assert warmup >= 1 or found <= steps


def test_batches_that_cannot_be_shared_out_are_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(repository)
    write_json(repository / "run/run.json", {"format": 1})
    for name, text in {"RANK": "0", "WORLD_SIZE": "3", "MASTER_ADDR": "localhost"}.items():
        monkeypatch.setenv(name, text)
    value = forecast(job(repository, **FLAGS))
    assert value["processes"] == 3
    assert "batches of 8 can't be shared out over 3 processes" in to_text(value)


@pytest.mark.parametrize(
    ("gpus", "launched", "several"),
    [(0, 0, "torchrun --standalone --nproc_per_node 2 "), (1, 0, ""), (4, 0, "accelerate launch --multi_gpu "
     "--num_processes 4 "), (0, 3, "torchrun --standalone --nproc_per_node 3 ")],
)  # fmt: skip
def test_the_commands_can_start_and_batches_are_told_for_one_of_them(
    repository: Path, monkeypatch: pytest.MonkeyPatch, gpus: int, launched: int, several: str
) -> None:
    """Two processes on one graphics card were advised, which `accelerate launch` refuses."""
    prepare(repository)
    monkeypatch.setattr("labci.train.forecast.machine", lambda: Machine(device="a device", available=10**12, gpus=gpus))
    if launched:
        for name, text in {"RANK": "0", "WORLD_SIZE": str(launched), "MASTER_ADDR": "localhost"}.items():
            monkeypatch.setenv(name, text)
    value = forecast(job(repository, **{"train.batch_size": 24, "train.dtype": "float32"}))
    schema.validator("training-plan").validate(value)
    one, *more = value["commands"]
    assert one["command"].startswith("labci train --run ")
    assert len(more) == bool(several)
    assert all(row["command"].startswith(several) and " labci train --run " in row["command"] for row in more)
    processes = value["estimates"][0]["phases"][0]["batch"]["processes"]
    assert processes in [row["processes"] for row in value["commands"]]
    told = to_text(value).split("\ncommands\n")[1]
    assert told.count("cuts batches up otherwise") == len(more)
    assert f"  {'one process' if processes == 1 else f'{processes} processes'}:\n" in told
