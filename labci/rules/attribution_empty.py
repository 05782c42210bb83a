"""The rule attribution-empty."""

from __future__ import annotations

from collections.abc import Iterator

from labci.attribution import KEYS
from labci.diagnostic import Diagnostic
from labci.leaf import ATTRIBUTION_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

HINTS = {
    "Revision": "write the edition, date or link of the version that you used; 1 for a work of your own",
    "Link to work": "write its URL; for a work of your own, the URL of this repository",
    "License of the work": "write an SPDX id such as CC-BY-4.0",
}


class AttributionEmpty(Rule):
    """Every key of attribution.txt has a value.

    Why: an unnamed author can't be credited.

    Bad:
        Creator names:

    Good:
        Creator names: Ada Example
    """

    id = "attribution-empty"
    group = "attribution"
    files = (ATTRIBUTION_FILE,)
    after = ("attribution-encoding",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """Keys without a value, and a file without a line."""
        if file.version < 2:
            return
        for entry in (entry for work in file.works for entry in work.entries):
            if entry.key in KEYS and not entry.value:
                hint = HINTS.get(entry.key, "write it after the colon")
                yield file.found(self, entry.position, f"{entry.key!r} has no value", hint=hint)
