"""The rule unicode-private."""

from __future__ import annotations

import re

from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule

PRIVATE = re.compile("[\\uE000-\\uF8FF\\uFDD0-\\uFDEF\\uFFFE\\uFFFF\\U000F0000-\\U0010FFFF]+")


class UnicodePrivate(PatternRule):
    """Every character has a meaning that Unicode gives it.

    Why: private-use characters and noncharacters look different in each font, often like
    nothing, and a model learns noise from them.

    Bad:
        answer: press (U+E001) twice

    Good:
        answer: press the star key twice
    """

    id = "unicode-private"
    group = "unicode"
    severity: Severity = "error"
    searches = (Search(PRIVATE, beyond_ascii=True, spaced=False),)
    hint = "write what it stands for in words, or as a common symbol"

    def problem(self, found: re.Match[str]) -> str:
        """The code of the first character of a run."""
        return f"U+{ord(found.group()[0]):04X} has no meaning of its own (private use or noncharacter)"
