"""Greedy answers, batched by length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labci.lm.ids import prompt_ids
from labci.lm.load import LanguageModel, quiet
from labci.request import Message

Note = Callable[[int, int], None]


def greedy(
    lm: LanguageModel,
    messages_list: Sequence[Sequence[Message]],
    max_new_tokens: int = 32,
    batch: int = 16,
    note: Note | None = None,
) -> list[str]:
    """The most likely answer to each conversation, at most `max_new_tokens` long, without special tokens.

    note: told (done, total) after each batch.
    """
    prompts = [prompt_ids(lm.tokenizer, messages) for messages in messages_list]
    found = greedy_ids(lm, prompts, max_new_tokens, batch, note)
    return [lm.tokenizer.decode(ids, skip_special_tokens=True).strip() for ids in found]


def greedy_ids(
    lm: LanguageModel,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    batch: int = 16,
    note: Note | None = None,
) -> list[list[int]]:
    """Ids after each prompt, up to and without the turn-end token."""
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    answers: dict[int, list[int]] = {}
    for at in range(0, len(order), batch):
        chosen = order[at : at + batch]
        for index, ids in zip(chosen, _batch(lm, [prompts[i] for i in chosen], max_new_tokens), strict=True):
            answers[index] = ids
        if note is not None:
            note(len(answers), len(prompts))
    return [answers[index] for index in range(len(prompts))]


def _batch(lm: LanguageModel, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
    import torch

    end = lm.tokenizer.eos_token_id
    pad = lm.tokenizer.pad_token_id if lm.tokenizer.pad_token_id is not None else end
    width = max(map(len, prompts))
    ids = [[pad] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    with quiet(), torch.inference_mode(), torch.autocast(lm.device, torch.bfloat16, enabled=lm.autocast):
        found: Any = lm.model.generate(
            input_ids=torch.tensor(ids, device=lm.device),
            attention_mask=torch.tensor(mask, device=lm.device),
            max_new_tokens=max_new_tokens, do_sample=False, num_beams=1, eos_token_id=end, pad_token_id=pad,
            temperature=None, top_p=None, top_k=None,
        )  # fmt: skip
    return [_until(row[width:], end) for row in found.tolist()]


def _until(ids: list[int], end: int) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids
