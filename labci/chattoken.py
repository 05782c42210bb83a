"""The control tokens of chat templates: in no sample, in no leaf."""

from __future__ import annotations

import re
from typing import Final

# ChatML and Llama 3, then Llama 2 and Mistral, then Gemma.
CHAT_TOKEN: Final = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")
