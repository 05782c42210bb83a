"""The rule style-indentation."""

from __future__ import annotations

from collections.abc import Iterator

from labci import indent
from labci.diagnostic import Diagnostic, Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile, keeps_value
from labci.node import pointer
from labci.rules import Rule


class StyleIndentation(Rule):
    """Mappings and lists of a file are indented evenly.

    Why: a reader sees by the indentation what belongs together, and an editor's fold, too. What
    most of the file does is right: two spaces or four, lists below their key or further in.

    Bad:
        document:
            repo: .
        seed_examples:
          - question: Why?

    Good:
        document:
          repo: .
        seed_examples:
          - question: Why?
    """

    id = "style-indentation"
    group = "style"
    severity: Severity = "warning"
    files = (LEAF_FILE, HELDOUT_FILE)
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each mapping or list that is indented otherwise than most of its kind."""
        if file.node is None:
            return
        found = list(indent.blocks(file.node))
        wanted = indent.steps(file.node, found)
        odd = [block for block in found if block.step != wanted[block.kind]]
        safe = bool(odd) and keeps_value(file, indent.evened(file.data, file.node))
        for block in odd:
            here, there = _spaces(block.step), _spaces(wanted[block.kind])
            message = f"this {block.kind} is indented by {here}, where most of the file has {there}"
            hint = "labci lint --fix moves it" if safe else "move its lines"
            at, where = file.on_line(block.first), pointer(block.path)
            yield file.found(self, at, message, hint=hint, fixable=safe, pointer=where)

    def fix(self, file: LintFile) -> bytes:
        """Move the lines; lint keeps that only if the loaded value stays."""
        return indent.evened(file.data, file.node) if file.node else file.data


def _spaces(number: int) -> str:
    return {0: "none", 1: "1 space"}.get(number, f"{number} spaces")
