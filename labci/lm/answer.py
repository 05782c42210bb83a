"""Greedy answers, batched by length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labci.lm.ids import prompt_ids
from labci.lm.load import LanguageModel
from labci.lm.write import Asked, write
from labci.request import Message, Sampling

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
    asked = [
        Asked(key=index, prompt=prompt, sampling=Sampling(max_tokens=max_new_tokens), seed=0)
        for index, prompt in enumerate(prompts)
    ]
    asked.sort(key=lambda item: len(item.prompt))
    answers: dict[int, list[int]] = {}
    for at in range(0, len(asked), batch):
        for row in write(lm, asked[at : at + batch]):
            answers[row.asked.key] = _until(row.ids, lm.tokenizer.eos_token_id)
        if note is not None:
            note(len(answers), len(prompts))
    return [answers[index] for index in range(len(prompts))]


def _until(ids: list[int], end: int) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids
