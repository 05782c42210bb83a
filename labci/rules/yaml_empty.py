"""The rule yaml-empty."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position
from labci.lintfile import LintFile
from labci.rules import YamlRule


class YamlEmpty(YamlRule):
    """The file has content.

    Why: an empty file teaches nothing, and was probably saved by mistake.

    Bad:
        # to be written

    Good:
        version: 3
        created_by: octocat
    """

    id = "yaml-empty"

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """A file that can be read and holds nothing."""
        if file.exists and file.node is not None and file.node.value is None:
            yield file.found(self, Position(), "the file is empty", hint="labci new writes a leaf to fill in")
