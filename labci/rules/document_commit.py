"""The rule document-commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule

SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # SHA-1 or SHA-256


class DocumentCommit(Rule):
    """A document is pinned to one commit, by its full sha.

    Why: a branch or a tag moves: the same leaf would give other samples tomorrow, and nobody
    reviewed the text that they come from. In this repository HEAD is reviewed with the leaf.

    Bad:
        commit: main

    Good:
        commit: 1b2e9c0f3a4d5e6f708192a3b4c5d6e7f8091a2b
    """

    id = "document-commit"
    group = "document"
    severity: Severity = "error"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding, at the commit."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        ref = leaf.document
        if ref is None or SHA.fullmatch(ref.commit) or (ref.repo == "." and ref.commit == "HEAD"):
            return
        short = re.fullmatch(r"[0-9a-fA-F]{4,63}", ref.commit)
        what = f"has {len(ref.commit)} of 40 hex digits" if short else "is a name, which can move"
        path = ("document", "commit")
        hint = "write all 40 digits: git rev-parse " + (ref.commit[:40] if ref.commit.isascii() else "HEAD")
        message = f"the commit {ref.commit[:40]!r} {what}"
        yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
