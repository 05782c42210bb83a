"""A tokenizer of the right size and another model is told before training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci import general
from labci.artifact import write_jsonl
from labci.lm.chance import suspicion
from labci.lm.load import open_model
from labci.lm.settings import TuneSettings
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NOTE = "as unlikely as chance"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A tiny model that has read English, and what was said while it did."""
    folder, said = tmp_path_factory.mktemp("chance"), Said()
    items = [item for item in general.replay_items(0) if len(item.answer) < 80][:48]
    write_jsonl(
        folder / "rows.jsonl",
        (
            {
                "prompt": [{"role": "user", "content": item.question}],
                "completion": [{"role": "assistant", "content": item.answer}], "id": item.id,
            }
            for item in items
        ),
    )  # fmt: skip
    settings = TuneSettings(epochs=4, batch_size=8, learning_rate=1e-2, max_length=400)
    tune(
        tiny_model(folder / "random"), folder / "rows.jsonl", folder / "read", settings,
        progress=said, work=folder / "work",
    )  # fmt: skip
    return folder, said


def test_a_random_model_is_trained_all_the_same(place: tuple[Path, Said]) -> None:
    folder, said = place
    (told,) = (line for line in said.lines if NOTE in line)
    assert told.endswith(f"is the tokenizer in {folder / 'random'} its own?")
    assert (folder / "read").exists()


def test_one_that_has_read_is_not_suspected_until_its_tokens_are_others(place: tuple[Path, Said]) -> None:
    folder, _ = place
    assert suspicion(open_model(folder / "read")) == ""
    path = folder / "read/tokenizer.json"
    value = json.loads(path.read_text("utf-8"))
    special = {token["content"] for token in value["added_tokens"]}
    words = [word for word in value["model"]["vocab"] if word not in special]
    ids = [value["model"]["vocab"][word] for word in words]
    value["model"]["vocab"].update(zip(words, ids[::-1], strict=True))
    path.write_text(json.dumps(value), "utf-8")
    assert NOTE in suspicion(open_model(folder / "read"))
