"""The rule schema-version."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic
from labci.leaf import LEAF_FILE
from labci.lintfile import KNOWN_VERSIONS, LintFile
from labci.rules import SchemaRule
from labci.violation import describe


class SchemaVersion(SchemaRule):
    """The version is one that labci knows: 1, 2 or 3.

    Why: the version decides how the rest is read.

    Bad:
        version: 4

    Good:
        version: 3
    """

    id = "schema-version"
    files = (LEAF_FILE,)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """A version that no schema stands for."""
        if file.version not in KNOWN_VERSIONS and file.node is not None:
            known = ", ".join(map(str, KNOWN_VERSIONS))
            message = f"version is {describe(file.node.value['version'])}; labci knows {known}"
            at = file.node.position_of("version")
            yield file.found(self, at, message, hint="write: version: 3", pointer="/version")
