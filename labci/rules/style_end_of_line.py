"""The rule style-end-of-line."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position, Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile, keeps_value
from labci.rules import Rule


class StyleEndOfLine(Rule):
    """The last line ends with a line break.

    Why: tools that add text to a file would continue the last line. From version 2 on
    InstructLab refuses it.

    Bad:
        answer: A folder.(end of file)

    Good:
        answer: A folder.
        (end of file)
    """

    id = "style-end-of-line"
    group = "style"
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """At most one finding: at the end of the last line."""
        if not file.lines[-1]:
            return
        end = len(file.lines[-1]) + 1
        at = Position(line=len(file.lines), column=end, end_line=len(file.lines), end_column=end)
        fixable = keeps_value(file, self.fix(file))
        hint = "labci lint --fix adds it" if fixable else "press Enter at the end of the last line"
        severity: Severity = "error" if file.version > 1 else "warning"
        message = "no line break at the end of the file"
        yield file.found(self, at, message, hint=hint, fixable=fixable, severity=severity)

    def fix(self, file: LintFile) -> bytes:
        """Add the kind of line break that the file has."""
        ending = b"\r\n" if b"\r\n" in file.data else b"\n"
        return file.data if not file.lines[-1] else file.data + ending
