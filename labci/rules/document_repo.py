"""The rule document-repo."""

from __future__ import annotations

from collections.abc import Iterator

from labci import remote
from labci.config import Config
from labci.diagnostic import Severity
from labci.errors import UsageError
from labci.leaf import HERE, Leaf
from labci.rules import LeafRule, Remark


class DocumentRepo(LeafRule):
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

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding, at the URL."""
        ref = leaf.document
        if ref is None or ref.repo == HERE:
            return
        try:
            remote.checked(ref.repo, config.documents.allow)
        except UsageError as error:
            yield Remark(("document", "repo"), str(error), error.hint)
