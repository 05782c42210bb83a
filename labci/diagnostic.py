"""Findings as values: where, which rule, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Position(NamedTuple):
    """A range in a text file. Lines and columns start at 1; the end is exclusive in columns."""

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. `path` is relative to the repository; `pointer` is an RFC 6901 JSON pointer.

    replacement: what probably belongs at the position instead, "" where nothing is known.
    """

    path: str
    position: Position
    rule: str
    group: str
    severity: Severity
    message: str
    hint: str = ""
    fixable: bool = False
    pointer: str = ""
    replacement: str = ""

    def to_json(self) -> dict[str, object]:
        """The object of `lint --format json` (schemas/lint.json)."""
        return {
            "path": self.path,
            "line": self.position.line,
            "column": self.position.column,
            "end_line": self.position.end_line,
            "end_column": self.position.end_column,
            "rule": self.rule,
            "group": self.group,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "fixable": self.fixable,
            "pointer": self.pointer,
        }
