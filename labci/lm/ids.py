"""Token ids of prompts and answers: one way for training, evaluation and chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from labci import digest
from labci.errors import UsageError
from labci.lm.outside import first_line
from labci.request import Message

FILES = ("tokenizer*", "chat_template*", "special_tokens_map.json", "added_tokens.json", "vocab*", "merges.txt")
# What templates that tell the date are given for today: Llama 3's own for who has no clock. Rows of one day are
# compared with those of another, and a training goes on after midnight.
DAY = datetime(2024, 7, 26)
NOW, LETTERS = "strftime_now", "aAbBdHIjmMpSyY"  # what a template asks for today with, and in which parts


def tokenizer_digest(folder: Path) -> str:
    """Digest of what makes ids of a conversation: tokenizer and chat template of a model folder."""
    files = sorted({path for pattern in FILES for path in folder.glob(pattern) if path.is_file()})
    return digest.of_json([[path.name, digest.of_file(path)] for path in files])


def prompt_ids(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Exactly what `apply_chat_template(messages, add_generation_prompt=True)` gives, as in a chat on `DAY`.

    Raises UsageError for a chat template that fails.
    """
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


def _dated(template: Any) -> Any:
    """The template with `DAY` for today: a macro goes before the function that transformers gives it."""
    if not isinstance(template, str) or NOW not in template:
        return template
    named = "".join(f" | replace('%{letter}', '{DAY.strftime(f'%{letter}')}')" for letter in LETTERS)
    return f"{{%- macro {NOW}(format) -%}}{{{{ format{named} }}}}{{%- endmacro -%}}{template}"


def _template(tokenizer: Any, messages: Sequence[Message], *, add_generation_prompt: bool = False) -> list[int]:
    chat = [dict(message) for message in messages]
    try:
        encoded = tokenizer.apply_chat_template(
            chat,
            add_generation_prompt=add_generation_prompt,
            tokenize=True,
            return_dict=True,
            chat_template=_dated(tokenizer.chat_template),
        )
    except Exception as error:  # a template is a program, and may fail as one
        raise UsageError(
            f"{_source(tokenizer)}: the chat template can't be used: {first_line(error)}",
            hint="mend it, or copy that of this model into the folder",
        ) from error
    return [int(token) for token in encoded["input_ids"]]


def _source(tokenizer: Any) -> Path:
    """The file that a tokenizer's chat template is from."""
    folder = Path(tokenizer.name_or_path)
    own = folder / "chat_template.jinja"
    return own if own.is_file() else folder / "tokenizer_config.json"
