"""The rule unicode-mixed-script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule

# A word with a letter beyond ASCII. Tried at the start of each word alone, and never going back: linear in the text.
WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]*+[^\W\d_\x00-\x7f][^\W\d_]*")
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN")  # those with letters that look alike
# Letters that look like Latin ones (after Unicode's confusables, UTS 39): "πr" and "Aδ" are formulas, no disguise.
LOOK_ALIKE = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТХУаеіјорсѕухԁһօսոհց")


class UnicodeMixedScript(PatternRule):
    """A word is written in one script.

    Why: a Cyrillic letter in an English word looks right to a reviewer, and is another word to
    the model and to every search.

    Bad:
        answer: p(U+0430)ssword

    Good:
        answer: password
    """

    id = "unicode-mixed-script"
    group = "unicode"
    severity: Severity = "warning"
    searches = (Search(WORD, beyond_ascii=True, spaced=False),)
    hint = "type the word anew, in one keyboard layout"

    def problem(self, found: re.Match[str]) -> str:
        """A word with letters of two scripts that look alike."""
        word = found.group()
        scripts = Counter(name for char in word if (name := script(char)))
        if len(scripts) < 2 or not LOOK_ALIKE & set(word):
            return ""
        rare = min(scripts, key=lambda name: (scripts[name], name == "Latin"))
        odd = next(char for char in word if script(char) == rare)
        names = " and ".join(sorted(scripts))
        return f"the word {word[:40]!r} mixes {names} letters: {odd!r} is U+{ord(odd):04X}"


def script(char: str) -> str:
    """Name of a letter's script if it is one of those that are mixed up; signs such as "µ" belong to none."""
    name = unicodedata.name(char, "").split(" ")[0]
    return name.capitalize() if name in SCRIPTS else ""
