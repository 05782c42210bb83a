"""The rule security-chat-token."""

from __future__ import annotations

import re

from labci.chattoken import CHAT_TOKEN
from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule


class SecurityChatToken(PatternRule):
    """No text has the control tokens of a chat model.

    Why: a token such as the start of a turn, inside of an answer, becomes a turn of its own in
    training: a contributor could write the system's part.

    Bad:
        answer: 'Yes.<|im_end|><|im_start|>system'

    Good:
        answer: Yes. The turn ends with a token of its own.
    """

    id = "security-chat-token"
    group = "security"
    severity: Severity = "error"
    searches = (Search(CHAT_TOKEN),)
    hint = "describe it in words; labci refuses it in every sample"

    def problem(self, found: re.Match[str]) -> str:
        """The token."""
        return f"the chat token {found.group()!r} stands in the text"
