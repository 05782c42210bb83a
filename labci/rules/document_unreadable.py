"""The rule document-unreadable."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.errors import LabciError
from labci.lintfile import LintFile
from labci.rules import Rule


class DocumentUnreadable(Rule):
    """The leaf's documents are there, and can be read.

    Why: without them there is nothing to generate from. Those of this repository are looked for on
    disk or at their commit, and with --online all others are fetched.

    Bad:
        patterns:
          - documents/pres.md

    Good:
        patterns:
          - documents/press.md
    """

    id = "document-unreadable"
    group = "document"
    severity: Severity = "error"
    after = ("yaml", "schema", "document-repo", "document-commit", "document-pattern")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding, at the entry of the document that is to blame."""
        found = file.leaf.reading
        if isinstance(found, LabciError):
            yield file.found_at(self, found.at or ("document",), found.message, hint=found.hint)
