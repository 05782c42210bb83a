"""The rule unicode-bidi."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

BIDI = re.compile("[\\u202A-\\u202E\\u2066-\\u2069]")


class UnicodeBidi(Rule):
    """No character turns the direction of text around.

    Why: such controls make a reviewer see another text than the model is taught ("Trojan
    Source", CVE-2021-42574). Text from right to left needs none of them.

    Bad:
        answer: never use (U+202E)this

    Good:
        answer: never use this
    """

    id = "unicode-bidi"
    group = "unicode"
    severity: Severity = "error"
    files = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each control."""
        for at, found in file.matches(BIDI):
            name = unicodedata.name(found.group()).lower()
            message = f"U+{ord(found.group()):04X} ({name}) changes the direction in which the text is shown"
            yield file.found(self, at, message, hint="delete it; it can't be seen: type the words around it anew")
