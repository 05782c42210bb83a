"""The rule unicode-invisible."""

from __future__ import annotations

import re

from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule

# Zero-width space, word joiner and kin, tags, variation selectors above 16; a joiner between ASCII letters.
INVISIBLE = re.compile(
    "[\\u200B\\u2060-\\u2064\\u180E\\u00AD\\uFEFF\\U000E0000-\\U000E0FFF]+"
    "|(?<=[A-Za-z0-9])[\\u200C\\u200D]+(?=[A-Za-z0-9])"
)
# C0, DEL and C1 but tab and line ends: only YAML's escapes can write them.
CONTROL = re.compile("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x84\\x86-\\x9F]+")


class UnicodeInvisible(PatternRule):
    """No character is invisible.

    Why: zero-width, tag and control characters hide words from a reviewer, not from the model.
    Joiners are fine where their script needs them (emoji, Persian, Hindi).

    Bad:
        answer: pass(U+200B)word

    Good:
        answer: password
    """

    id = "unicode-invisible"
    group = "unicode"
    severity: Severity = "error"
    searches = (Search(INVISIBLE, beyond_ascii=True, spaced=False), Search(CONTROL, spaced=False))
    hint = "delete it: type the words around it anew"

    def problem(self, found: re.Match[str]) -> str:
        """The codes of a run of invisible characters."""
        codes = ", ".join(f"U+{ord(char):04X}" for char in found.group()[:4])
        return f"invisible: {codes}{' …' if len(found.group()) > 4 else ''}"
