"""The rule yaml-not-a-mapping."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic
from labci.lintfile import LintFile
from labci.rules import YamlRule
from labci.violation import describe


class YamlNotAMapping(YamlRule):
    """The file is one mapping of keys to values.

    Why: every setting of a leaf is found by its key.

    Bad:
        - question: What is a leaf?

    Good:
        seed_examples:
          - question: What is a leaf?
    """

    id = "yaml-not-a-mapping"

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """A file whose outermost value is a list or a plain value."""
        value = file.node.value if file.node else None
        if value is not None and not isinstance(value, dict):
            message = f"the file is {describe(value)}; it must be a mapping"
            at = file.on_line(file.node.position_of().line if file.node else 1)
            yield file.found(self, at, message, hint="write 'key: value' lines, the first key without a dash")
