"""Greedy answers of our own loop are those of transformers' `generate`, one prompt at a time."""

from __future__ import annotations

import pytest

from labci.lm.answer import greedy, greedy_ids
from labci.lm.ids import prompt_ids
from labci.lm.load import LanguageModel, open_model
from tests.tiny import tiny_model

TEXTS = ("Hello", "Which tram goes to the harbour?", "Line 4 goes to the harbour every ten minutes.", "Hello", "user")


@pytest.fixture(scope="module", params=[0, 3])
def lm(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> LanguageModel:
    import torch

    lm = open_model(tiny_model(tmp_path_factory.mktemp("tiny") / "tiny", seed=request.param), "float32")
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(request.param)  # an embedding that is not the head, or it repeats its last token
        lm.model.lm_head.weight = torch.nn.Parameter(torch.randn_like(lm.model.lm_head.weight))
    return lm


def generated(lm: LanguageModel, prompt: list[int], most: int) -> list[int]:
    import torch

    found = lm.model.generate(
        input_ids=torch.tensor([prompt]), attention_mask=torch.ones((1, len(prompt)), dtype=torch.long),
        max_new_tokens=most, do_sample=False, pad_token_id=0, eos_token_id=lm.tokenizer.eos_token_id,
    )  # fmt: skip
    ids = found[0].tolist()[len(prompt) :]
    return [token for token in ids if token != lm.tokenizer.eos_token_id]


@pytest.mark.slow
def test_a_batch_is_what_generate_gives_one_by_one(lm: LanguageModel) -> None:
    prompts = [prompt_ids(lm.tokenizer, [{"role": "user", "content": text}]) for text in TEXTS]
    told: list[tuple[int, int]] = []
    found = greedy_ids(lm, prompts, 20, 3, lambda done, total: told.append((done, total)))
    assert found == [generated(lm, prompt, 20) for prompt in prompts]
    assert len({tuple(ids) for ids in found}) == 4
    assert len(set(found[1])) > 3
    assert told == [(3, 5), (5, 5)]
    assert greedy(lm, [[{"role": "user", "content": TEXTS[1]}]], 20) == [
        lm.tokenizer.decode(found[1], skip_special_tokens=True).strip()
    ]
