"""Batched likelihoods against one plain forward pass for each continuation."""

from __future__ import annotations

import pytest

from labci.lm.ids import pair_ids
from labci.lm.likelihood import log_likelihood
from labci.lm.load import LanguageModel, open_model
from labci.request import Continuation
from tests.tiny import tiny_model


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return open_model(tiny_model(tmp_path_factory.mktemp("tiny")))


def ask(question: str, answer: str) -> Continuation:
    return Continuation(messages=({"role": "user", "content": question},), text=answer)


ITEMS = [
    ask("Which tram goes to the harbour?", "Line 4"),
    ask("Which tram goes to the harbour?", "Line 12, every ten minutes of the day"),
    ask("What is labci?", "A project"),
    ask("Which tram goes to the harbour?", "no"),
    ask("Say something long about trams and harbours, please, in many words.", "Trams."),
]


def plainly(lm: LanguageModel, item: Continuation) -> tuple[float, int]:
    import torch

    prompt, answer = pair_ids(lm.tokenizer, item.messages, item.text)
    ids = torch.tensor([prompt + answer[:-1]])
    with torch.inference_mode():
        values = torch.log_softmax(lm.model(ids).logits[0], -1)
    places = range(len(prompt) - 1, ids.shape[1] - 1)
    return sum(float(values[place, ids[0, place + 1]]) for place in places), len(answer) - 1


@pytest.mark.parametrize("batch_tokens", [20, 64, 4096])
def test_equals_one_pass_each(lm: LanguageModel, batch_tokens: int) -> None:
    for item, (total, tokens) in zip(ITEMS, log_likelihood(lm, ITEMS, batch_tokens), strict=True):
        expected, count = plainly(lm, item)
        assert tokens == count
        assert total == pytest.approx(expected, abs=1e-3)


def test_an_empty_answer_has_no_tokens(lm: LanguageModel) -> None:
    assert log_likelihood(lm, [ask("What is labci?", "")]) == [(0.0, 0)]


def test_nothing_to_score(lm: LanguageModel) -> None:
    assert log_likelihood(lm, []) == []
