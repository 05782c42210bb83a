"""The rule document-commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark
from labci.sha import FULL_SHA


class DocumentCommit(LeafRule):
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

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding, at the commit."""
        ref = leaf.document
        if ref is None or FULL_SHA.fullmatch(ref.commit) or ref.at_head:
            return
        short = re.fullmatch(r"[0-9a-fA-F]{4,63}", ref.commit)
        what = f"has {len(ref.commit)} of 40 hex digits" if short else "is a name, which can move"
        path = ("document", "commit")
        hint = "write all 40 digits: git rev-parse " + (ref.commit[:40] if ref.commit.isascii() else "HEAD")
        message = f"the commit {ref.commit[:40]!r} {what}"
        yield Remark(path, message, hint)
