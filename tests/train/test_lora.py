"""LoRA through the whole stage: trained, merged into the weights, merged back, opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci import schema
from labci.artifact import write_json
from labci.lm.load import open_model
from tests.conftest import Labci, git
from tests.train.test_stage import prepare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LORA = {"train.method": "lora", "train.lora_rank": 4, "train.learning_rate": 0.02, "train.alphas": [0.5, 1.0]}


def test_adapters_are_merged_into_a_model_that_opens(labci: Labci, repository: Path) -> None:
    """Of the same tensors as the student, with what was learned in them; the command tells all of it."""
    prepare(repository)
    (repository / "run/run.json").unlink()
    head = git(repository, "rev-parse", "HEAD")
    write_json(repository / "run/run.json", {"format": 1, "labci": "0", "base": head, "head": head})
    settings = {**LORA, "train.epochs": 20, "gate.margin_nll": 50}
    options = [word for name, value in settings.items() for word in ("--set", f"{name}={json.dumps(value)}")]
    options += ["--model", str(repository / "student"), "--teacher", "recorded:none", "--format", "json"]
    ended = labci("-C", repository, "train", "--run", repository / "run", *options)
    assert ended.code == 0, ended.err
    value = json.loads(ended.out)
    schema.validator("training").validate(value)
    assert [phase["arguments"]["lora"]["r"] for phase in value["phases"]] == [4, 4]
    assert {phase["settings"]["method"] for phase in value["phases"]} == {"lora"}
    start, _, tuned = value["frontier"]
    assert tuned["new"] < start["new"] - 0.3
    assert value["alpha"] == 1.0
    candidate, student = open_model(repository / "run/checkpoint"), open_model(repository / "student")
    assert candidate.digest == value["model"] != student.digest
    tensors, before = candidate.model.state_dict(), student.model.state_dict()
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        name: tensor.shape for name, tensor in before.items()
    }
    changed = {name for name, tensor in tensors.items() if not tensor.equal(before[name])}
    assert changed
    assert all("_proj." in name for name in changed)  # linear layers alone have adapters
