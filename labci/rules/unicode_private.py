"""The rule unicode-private."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

PRIVATE = re.compile("[\\uE000-\\uF8FF\\uFDD0-\\uFDEF\\uFFFE\\uFFFF\\U000F0000-\\U0010FFFF]+")


class UnicodePrivate(Rule):
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
    files = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each run of such characters."""
        for at, found in file.matches(PRIVATE):
            message = f"U+{ord(found.group()[0]):04X} has no meaning of its own (private use or noncharacter)"
            yield file.found(self, at, message, hint="write what it stands for in words, or as a common symbol")
