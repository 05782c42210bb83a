"""The rule content-same-answer."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Severity
from labci.digest import fold
from labci.lintfile import LintFile
from labci.node import pointer
from labci.rules import Rule


class ContentSameAnswer(Rule):
    """The seed examples have different answers.

    Why: a leaf whose answer is always the same teaches to give that answer to everything.

    Bad:
        # in every seed example
        answer: Please ask the office.

    Good:
        # each seed example its own
        answer: The office is open until four; ask for Ms Lind.
    """

    id = "content-same-answer"
    group = "content"
    severity: Severity = "error"
    after = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding, at the second answer."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        answers = [(path, text) for path, text in leaf.texts() if path[-1] == "answer" and text]
        if len(answers) > 1 and len({fold(text).casefold() for _, text in answers}) == 1:
            path, text = answers[1]
            message = f"all {len(answers)} answers are {text[:40]!r}"
            hint = "answer each question with what is true of it alone"
            yield file.found(self, leaf.position_of(*path), message, hint=hint, pointer=pointer(path))
