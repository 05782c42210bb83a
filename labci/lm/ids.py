"""Token ids of prompts and answers: one way for training, evaluation and chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labci.request import Message


def prompt_ids(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Exactly what `apply_chat_template(messages, add_generation_prompt=True)` gives, as in a chat."""
    return _template(tokenizer, messages, add_generation_prompt=True)


def pair_ids(tokenizer: Any, messages: Sequence[Message], completion: str) -> tuple[list[int], list[int]]:
    """Prompt ids, and the ids of the assistant's turn that ends in the turn-end token.

    The template's text after the turn-end token (a newline in ChatML) is left out: generation has stopped by
    then. Where the template renders a finished turn unlike an open one (thinking models), the completion is
    encoded alone, so that the prompt is the one seen at inference.
    """
    prompt = prompt_ids(tokenizer, messages)
    whole = _template(tokenizer, [*messages, {"role": "assistant", "content": completion}])
    end = tokenizer.eos_token_id
    answer = whole[len(prompt) :] if whole[: len(prompt)] == prompt else []
    if end not in answer:
        answer = [*tokenizer.encode(completion, add_special_tokens=False), end]
    last = len(answer) - 1 - answer[::-1].index(end)
    return prompt, answer[: last + 1]


def _template(tokenizer: Any, messages: Sequence[Message], *, add_generation_prompt: bool = False) -> list[int]:
    chat = [dict(message) for message in messages]
    encoded = tokenizer.apply_chat_template(
        chat, add_generation_prompt=add_generation_prompt, tokenize=True, return_dict=True
    )
    return [int(token) for token in encoded["input_ids"]]
