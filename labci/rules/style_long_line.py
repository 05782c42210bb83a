"""The rule style-long-line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position, Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

LIMIT = 120
HEAD = re.compile(r"\s*(- +|# *)*(\w+: +)?")  # what can't be broken off: dashes and the key


class StyleLongLine(Rule):
    """Lines have at most 120 characters.

    Why: a review shows changes line by line: in a long line nobody sees what changed.

    Bad:
        answer: a whole page of text in one line ...

    Good:
        answer: >-
          the same text,
          broken where you like
    """

    id = "style-long-line"
    group = "style"
    severity: Severity = "warning"
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each line that could be broken; a single long word, such as a URL, could not."""
        for number, line in enumerate(file.lines, 1):
            if len(line) > LIMIT and " " in HEAD.sub("", line, count=1).strip():
                at = Position(line=number, column=LIMIT + 1, end_line=number, end_column=len(line) + 1)
                message = f"the line has {len(line)} characters; the limit is {LIMIT}"
                hint = "write the text after '>-' on lines of its own, indented"
                yield file.found(self, at, message, hint=hint)
