"""The rule content-unfinished."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE, UNFINISHED
from labci.lintfile import LintFile
from labci.rules import Rule


class ContentUnfinished(Rule):
    """No text is still the TODO that `labci new` wrote.

    Why: it would be taught as it stands.

    Bad:
        answer: "TODO: its answer 1"

    Good:
        answer: In Lindholt.
    """

    id = "content-unfinished"
    group = "content"
    severity: Severity = "error"
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each text that begins with TODO."""
        for path, text in file.texts:
            if UNFINISHED.match(text):
                shown = " ".join(text.split())[:40]
                yield file.found_at(self, path, f"{shown!r} is still to be written", hint="write it, or take it out")
