"""The rule attribution-encoding."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic
from labci.leaf import ATTRIBUTION_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class AttributionEncoding(Rule):
    """attribution.txt is UTF-8 without a byte order mark.

    Why: names of authors must reach the model card as they were written.

    Bad:
        bytes such as FF FE 54 00 (UTF-16)

    Good:
        plain UTF-8
    """

    id = "attribution-encoding"
    group = "attribution"
    files = (ATTRIBUTION_FILE,)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """The first place that can't be read, or a file over the size limit."""
        if file.problem:
            yield file.found(self, file.problem.position, file.problem.message, hint=file.problem.hint)
