"""The rule security-chat-token."""

from __future__ import annotations

from collections.abc import Iterator

from labci.chattoken import CHAT_TOKEN
from labci.diagnostic import Diagnostic, Severity
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class SecurityChatToken(Rule):
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
    files = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each token."""
        for at, found in file.matches(CHAT_TOKEN):
            message = f"the chat token {found.group()!r} stands in the text"
            yield file.found(self, at, message, hint="describe it in words; labci refuses it in every sample")
