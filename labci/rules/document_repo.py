"""The rule document-repo."""

from __future__ import annotations

from collections.abc import Iterator

from labci import remote
from labci.diagnostic import Diagnostic, Severity
from labci.errors import UsageError
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule

HERE = "."  # this repository


class DocumentRepo(Rule):
    """A document's repository is one that labci may fetch.

    Why: documents are fetched on maintainers' machines. Only https is allowed unless labci.yaml
    lists more (`documents.allow`); "." is the repository that the leaf is in.

    Bad:
        repo: git@github.com:ada/presses.git

    Good:
        repo: https://github.com/ada/presses.git
    """

    id = "document-repo"
    group = "document"
    severity: Severity = "error"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding, at the URL."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        ref = leaf.document
        if ref is None or ref.repo == HERE:
            return
        try:
            remote.checked(ref.repo, file.leaf.config.documents.allow)
        except UsageError as error:
            path = ("document", "repo")
            yield file.found(self, leaf.position_of(*path), str(error), hint=error.hint, pointer=pointer(path))
