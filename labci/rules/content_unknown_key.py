"""The rule content-unknown-key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labci.diagnostic import Diagnostic, Severity
from labci.lintfile import LintFile
from labci.node import Path, pointer
from labci.rules import Rule
from labci.violation import nearest

KNOWN = ["question", "answer"]


class ContentUnknownKey(Rule):
    """A question of a knowledge leaf has no keys but question and answer.

    Why: the schema lets others pass, and nothing reads them; most are misspelt.

    Bad:
        - question: Where was the press built?
          answer: In Lindholt
          note: see page 3

    Good:
        - question: Where was the press built?
          answer: In Lindholt
    """

    id = "content-unknown-key"
    group = "content"
    severity: Severity = "warning"
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each other key, at the key."""
        node = file.node
        for path, row in _rows(node.value) if node else ():
            for key in row:
                if key not in KNOWN and node:
                    at, hint = node.key_position_of(*path, key), nearest(str(key), KNOWN)
                    message = f"nothing reads the key {str(key)[:40]!r} of a question"
                    yield file.found(self, at, message, hint=hint, pointer=pointer((*path, key)))


def _rows(value: Any) -> Iterator[tuple[Path, dict[Any, Any]]]:
    """The questions of all contexts, each with the way to it."""
    seeds = value.get("seed_examples") if isinstance(value, dict) else None
    for number, seed in enumerate(seeds if isinstance(seeds, list) else ()):
        rows = seed.get("questions_and_answers") if isinstance(seed, dict) else None
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict):
                yield ("seed_examples", number, "questions_and_answers", index), row
