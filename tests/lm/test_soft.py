"""Rows that are to stay as a model has them: what their loss is, and that training on them learns nothing by heart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci.artifact import read_jsonl, write_jsonl
from labci.lm.load import open_model
from labci.lm.rows import IGNORED, encode
from labci.lm.settings import TuneSettings
from labci.lm.soft import TOP, Places, loss_sum, soft_labels
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.tiny import tiny_model

torch = pytest.importorskip("torch")
SETTINGS = TuneSettings(epochs=12, batch_size=4, learning_rate=3e-3, max_length=128)


def rows(path: Path, *, soft: bool) -> Path:
    write_jsonl(path, (
        {"prompt": [{"role": "user", "content": f"Which tram is number {n}?"}],
         "completion": [{"role": "assistant", "content": f"Line {n} goes to the harbour."}],
         "id": f"row-{n}", **({"soft": True} if soft else {})}
        for n in range(12)
    ))  # fmt: skip
    return path


@settings(max_examples=40, deadline=None)
@given(st.integers(2, TOP), st.integers(1, 5), st.integers(0, 1000))
def test_with_all_tokens_kept_it_is_the_cross_entropy_of_both_distributions(size: int, places: int, seed: int) -> None:
    torch.manual_seed(seed)
    wanted, said = torch.randn(places, size).softmax(-1), torch.randn(places, size)
    top = wanted.topk(size, dim=-1)
    soft = {(1, 2): Places(tokens=top.indices, probabilities=top.values)}
    found = loss_sum(said, torch.zeros(places, dtype=torch.long), [(1, 2)], [places], soft)
    exact = -(wanted * said.log_softmax(-1)).sum()
    assert found.item() == pytest.approx(exact.item(), abs=2e-3 * places)


def test_a_model_that_says_the_same_is_not_moved_and_another_is_drawn_to_it() -> None:
    torch.manual_seed(1)
    own = torch.randn(3, 4 * TOP) * 3
    top = own.softmax(-1).topk(TOP, dim=-1)
    soft = {(7,): Places(tokens=top.indices, probabilities=top.values)}
    words = own.argmin(-1)

    def gradient(logits: Any) -> Any:
        logits = logits.clone().requires_grad_(True)
        loss_sum(logits, words, [(7,)], [3], soft).backward()
        return logits.grad

    assert gradient(own).abs().max().item() < 1e-5
    other = gradient(own.roll(1, dims=-1))
    at = top.indices[:, :1]
    assert (other.gather(-1, at) < 0).all()
    hard = loss_sum(own, words, [(8,)], [3], soft)  # a row without soft labels goes by its words
    assert hard.item() == pytest.approx(torch.nn.functional.cross_entropy(own, words, reduction="sum").item(), rel=1e-5)


def test_labels_are_the_models_own_at_each_place_of_the_completion(tmp_path: Path) -> None:
    """However rows are batched: padding changes nothing."""
    lm = open_model(tiny_model(tmp_path / "model"))
    found = list(read_jsonl(rows(tmp_path / "rows.jsonl", soft=True)))
    found[0]["completion"][0]["content"] += " It stops at every corner on the way, and twice at the market."
    found[1].pop("soft")
    data = encode(lm.tokenizer, found, 128)
    labels = soft_labels(lm, data)
    assert set(labels) == {tuple(ids) for ids in data.ids} - {tuple(data.ids[1])}
    for ids, words in zip(data.ids, data.labels, strict=True):
        if (places := labels.get(tuple(ids))) is None:
            continue
        with torch.inference_mode():
            exact = lm.model(input_ids=torch.tensor([ids])).logits[0].float().softmax(-1)
        where = [at for at in range(len(ids) - 1) if words[at + 1] != IGNORED]
        assert len(places.tokens) == len(where)
        best = exact[where].topk(TOP, dim=-1)
        assert torch.allclose(places.probabilities, best.values, atol=0.02)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("method", ["full", "lora"])
def test_rows_to_keep_are_not_learned_by_heart(tmp_path: Path, method: Literal["full", "lora"]) -> None:
    """The same rows with their words lose nearly all of their loss; with soft labels the model stays as it was."""
    from safetensors.torch import load_file

    start = tiny_model(tmp_path / "model")
    chosen = replace(SETTINGS, method=method)
    moved = {}
    for name, soft in (("soft", True), ("words", False)):
        data = rows(tmp_path / f"{name}.jsonl", soft=soft)
        tune(start, data, tmp_path / name, chosen, progress=Said(), work=tmp_path / f"{name}-work")
        before, after = (load_file(folder / "model.safetensors") for folder in (start, tmp_path / name))
        lm = open_model(tmp_path / name)
        encoded = encode(lm.tokenizer, read_jsonl(data), 128)
        again = soft_labels(lm, replace(encoded, soft=[True] * len(encoded.ids)))
        first = soft_labels(open_model(start), replace(encoded, soft=[True] * len(encoded.ids)))
        moved[name] = max((again[row].probabilities - first[row].probabilities).abs().max().item() for row in first)
        assert any(not torch.equal(before[key], after[key]) for key in before)
    assert moved["soft"] < 0.1 * moved["words"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_labels_may_be_of_another_model_than_the_one_that_is_trained(tmp_path: Path) -> None:
    """As in the second phase of a training: what is kept is the release, not what the first phase made of it."""
    start, release = tiny_model(tmp_path / "start"), tmp_path / "release"
    long = replace(SETTINGS, epochs=24)
    tune(start, rows(tmp_path / "words.jsonl", soft=False), release, long, progress=Said(), work=tmp_path / "work")
    data = rows(tmp_path / "rows.jsonl", soft=True)
    tune(start, data, tmp_path / "out", long, progress=Said(), work=tmp_path / "work", keep=release)
    encoded = encode(open_model(start).tokenizer, read_jsonl(data), 128)
    said = {name: soft_labels(open_model(tmp_path / name), encoded) for name in ("start", "release", "out")}

    def apart(one: str, other: str) -> float:
        """Share of the places where the likeliest token differs."""
        pairs = [(said[one][row].tokens[:, 0], said[other][row].tokens[:, 0]) for row in said[one]]
        return float(torch.cat([(left != right).float() for left, right in pairs]).mean())

    assert apart("out", "release") < 0.5 * apart("start", "release")
