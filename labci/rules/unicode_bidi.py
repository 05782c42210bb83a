"""The rule unicode-bidi."""

from __future__ import annotations

import re
import unicodedata

from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule

BIDI = re.compile("[\\u202A-\\u202E\\u2066-\\u2069]")


class UnicodeBidi(PatternRule):
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
    searches = (Search(BIDI, beyond_ascii=True, spaced=False),)
    hint = "delete it; it can't be seen: type the words around it anew"

    def problem(self, found: re.Match[str]) -> str:
        """The control's code and name."""
        name = unicodedata.name(found.group()).lower()
        return f"U+{ord(found.group()):04X} ({name}) changes the direction in which the text is shown"
