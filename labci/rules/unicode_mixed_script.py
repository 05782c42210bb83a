"""The rule unicode-mixed-script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

WORD = re.compile(r"[^\W\d_]{2,}")
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN")  # those with letters that look alike
# Letters that look like Latin ones (after Unicode's confusables, UTS 39): "πr" and "Aδ" are formulas, no disguise.
LOOK_ALIKE = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТХУаеіјорсѕухԁһօսոհց")


class UnicodeMixedScript(Rule):
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
    files = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each word with letters of two scripts that look alike."""
        if file.data.isascii() and b"\\" not in file.data:
            return
        for at, found in file.matches(WORD):
            scripts = Counter(name for char in found.group() if (name := script(char)))
            if len(scripts) > 1 and LOOK_ALIKE & set(found.group()):
                rare = min(scripts, key=lambda name: (scripts[name], name == "Latin"))
                odd = next(char for char in found.group() if script(char) == rare)
                names = " and ".join(sorted(scripts))
                message = f"the word {found.group()[:40]!r} mixes {names} letters: {odd!r} is U+{ord(odd):04X}"
                yield file.found(self, at, message, hint="type the word anew, in one keyboard layout")


def script(char: str) -> str:
    """Name of a letter's script if it is one of those that are mixed up; signs such as "µ" belong to none."""
    name = unicodedata.name(char, "").split(" ")[0]
    return name.capitalize() if name in SCRIPTS else ""
