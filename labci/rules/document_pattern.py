"""The rule document-pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule

SUFFIXES = (".md", ".txt", ".pdf")


class DocumentPattern(Rule):
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
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each pattern."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        for number, pattern in enumerate(leaf.document.patterns if leaf.document else ()):
            problem = trouble(pattern)
            if problem:
                path = ("document", "patterns", number)
                message, hint = problem
                yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))


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
    if not pattern.lower().endswith((*SUFFIXES, "*")):
        return f"the pattern {shown} names no {', '.join(SUFFIXES)}", "convert the document, or name another file"
    return None
