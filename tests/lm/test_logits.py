"""Models that scale or cap their logits are scored and trained by these; one that does something else is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labci.artifact import read_jsonl
from labci.errors import UsageError
from labci.lm.likelihood import log_likelihood
from labci.lm.load import LanguageModel, open_model
from labci.lm.rows import IGNORED, encode
from labci.lm.settings import TuneSettings
from labci.lm.soft import TOP, soft_labels
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.lm.test_likelihood import ITEMS, plainly
from tests.lm.test_soft import rows
from tests.tiny import tiny_model

torch = pytest.importorskip("torch")
WIDE = {"initializer_range": 0.5}  # so that logits are far apart
FAMILIES: dict[str, dict[str, Any]] = {
    "granite": {"logits_scaling": 16.0, "embedding_multiplier": 12.0, "residual_multiplier": 0.22, **WIDE},
    "gemma2": {"final_logit_softcapping": 2.0, "head_dim": 8, **WIDE},
    "cohere": {"logit_scale": 0.0625, **WIDE},
}
ONCE = TuneSettings(epochs=1, batch_size=12, max_length=128, dtype="float32")


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = request.param
    return tiny_model(tmp_path_factory.mktemp(name), family=name, **FAMILIES[name])


@pytest.fixture(scope="module")
def lm(folder: Path) -> LanguageModel:
    return open_model(folder, "float32")


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """Caps its logits under a name of its own, `logits_soft_cap`, which TRL does not know either."""
    return tiny_model(
        tmp_path / "unknown", family="recurrent_gemma", logits_soft_cap=2.0, lru_width=32,
        attention_window_size=64, head_dim=8, w_init_variance_scale=1.0, **WIDE,
    )  # fmt: skip


@pytest.mark.slow
def test_likelihoods_are_the_models_own(lm: LanguageModel) -> None:
    for item, (total, _) in zip(ITEMS, log_likelihood(lm, ITEMS), strict=True):
        assert total == pytest.approx(plainly(lm, item)[0], abs=1e-3)


def test_soft_labels_are_the_models_own(lm: LanguageModel, tmp_path: Path) -> None:
    data = encode(lm.tokenizer, read_jsonl(rows(tmp_path / "rows.jsonl", soft=True)), 128)
    for ids, places in soft_labels(lm, data).items():
        with torch.inference_mode():
            exact = lm.model(input_ids=torch.tensor([ids])).logits[0].softmax(-1)
        best = exact[-len(places.tokens) - 1 : -1].topk(TOP, dim=-1)
        assert torch.allclose(places.probabilities, best.values, atol=1e-4)


@pytest.mark.slow
def test_the_loss_of_training_is_the_models_own(folder: Path, lm: LanguageModel, tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl", soft=False)
    report = tune(folder, data, tmp_path / "out", ONCE, progress=Said(), work=tmp_path / "work")
    found = encode(lm.tokenizer, read_jsonl(data), 128)
    total, count = 0.0, 0
    for ids, labels in zip(found.ids, found.labels, strict=True):
        with torch.inference_mode():
            logits = lm.model(input_ids=torch.tensor([ids])).logits[0, :-1]
        total += float(torch.nn.functional.cross_entropy(logits, torch.tensor(labels[1:]), reduction="sum"))
        count += sum(label != IGNORED for label in labels[1:])
    assert report.losses[0] == pytest.approx(total / count, rel=1e-4)


@pytest.mark.slow
def test_a_model_that_does_something_else_is_refused_not_scored_wrong(unknown: Path, tmp_path: Path) -> None:
    lm = open_model(unknown, "float32")
    said = r"\(recurrent_gemma\) makes its logits in a way that labci does not know"
    data = rows(tmp_path / "rows.jsonl", soft=True)
    with pytest.raises(UsageError, match=said) as found:
        log_likelihood(lm, ITEMS)
    assert "another architecture" in found.value.hint
    with pytest.raises(UsageError, match=said):
        soft_labels(lm, encode(lm.tokenizer, read_jsonl(data), 128))
    data = rows(tmp_path / "rows.jsonl", soft=False)
    with pytest.raises(UsageError, match=said):
        tune(unknown, data, tmp_path / "out", ONCE, progress=Said(), work=tmp_path / "work")
