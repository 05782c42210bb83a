"""The rule document-pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.leaf import DOCUMENT_SUFFIXES, Leaf
from labci.rules import LeafRule, Remark


class DocumentPattern(LeafRule):
    """A document's patterns are relative paths of readable files.

    Why: patterns are matched against the paths of the pinned commit; what starts at "/" or
    climbs with ".." matches nothing there. Markdown, text and PDF can be read.

    Bad:
        patterns:
          - ../notes/press.docx

    Good:
        patterns:
          - notes/press.md
          - notes/**/*.pdf
    """

    id = "document-pattern"
    group = "document"
    severity: Severity = "error"

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding for each pattern."""
        for number, pattern in enumerate(leaf.document.patterns if leaf.document else ()):
            problem = trouble(pattern)
            if problem:
                yield Remark(("document", "patterns", number), *problem)


def trouble(pattern: str) -> tuple[str, str] | None:
    """Message and hint for a pattern that can't match a readable file; None for one that can."""
    shown = repr(pattern[:60])
    if pattern.startswith(("/", "~")) or re.match(r"[A-Za-z]:", pattern):
        return f"the pattern {shown} is not relative", "start at the repository's root, without a slash"
    if "\\" in pattern:
        return f"the pattern {shown} has a backslash", "write / between folders"
    if ".." in pattern.split("/"):
        return f"the pattern {shown} leaves the repository", "name files below its root"
    if not pattern.isprintable():
        return f"the pattern {shown} has characters that no path should have", "type it anew"
    if not pattern.lower().endswith((*DOCUMENT_SUFFIXES, "*")):
        kinds = ", ".join(DOCUMENT_SUFFIXES)
        return f"the pattern {shown} names no {kinds}", "convert the document, or name another file"
    return None
