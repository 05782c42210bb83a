"""The rule attribution-key."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from labci.attribution import KEYS, Entry
from labci.diagnostic import Diagnostic
from labci.leaf import ATTRIBUTION_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class AttributionKey(Rule):
    """attribution.txt has the five keys, each once for each work.

    Why: the model card is written from exactly these.

    Bad:
        Title: Tide tables

    Good:
        Title of work: Tide tables
        Link to work: https://example.org/tides
        Revision: 2024-05-01
        License of the work: CC-BY-4.0
        Creator names: Ada Example
    """

    id = "attribution-key"
    group = "attribution"
    files = (ATTRIBUTION_FILE,)
    after = ("attribution-encoding",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """Unknown and repeated keys at their line, missing ones at the line where their work begins."""
        if file.version < 2:
            return
        for work in file.works:
            for entry in work.entries:
                if entry.key not in KEYS:
                    yield self._unknown(file, entry)
                elif work.value(entry.key) is not entry:
                    message = f"{entry.key!r} is here twice for one work"
                    hint = "remove one; a second work begins with 'Title of work:'"
                    yield file.found(self, entry.key_position, message, hint=hint)
            for key in KEYS:
                if work.value(key) is None:
                    yield file.found(self, work.position, f"{key!r} is missing", hint=f"add a line: {key}: …")

    def _unknown(self, file: LintFile, entry: Entry) -> Diagnostic:
        if not entry.has_colon:
            message, hint = f"{entry.key[:40]!r} is no 'Key: value' line", "write 'Key: value' on one line"
            return file.found(self, entry.key_position, message, hint=hint)
        close = difflib.get_close_matches(entry.key.strip("-* "), KEYS, n=1, cutoff=0.4)
        hint = f"did you mean {close[0]!r}?" if close else f"the keys are: {', '.join(KEYS)}"
        return file.found(self, entry.key_position, f"unknown key {entry.key[:40]!r}", hint=hint)
