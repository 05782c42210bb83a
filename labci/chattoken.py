"""What acts on a model that reads it: control tokens of chat templates, orders to forget what it was told."""

from __future__ import annotations

import re
from typing import Final

# ChatML and Llama 3, then Llama 2 and Mistral, then Gemma.
CHAT_TOKEN: Final = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")
CANARY: Final = re.compile(
    r"\b(?:ignore|disregard) (?:all|any|the|previous|above|prior)\b|\bas an ai\b|\bsystem prompt\b", re.IGNORECASE
)


def unsafe(text: str) -> str:
    """Why a text is no data, whoever wrote it: a chat token, or an injected instruction; else ""."""
    if CHAT_TOKEN.search(text):
        return "special-token"
    return "injected" if CANARY.search(text) else ""
