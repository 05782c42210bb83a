"""The rule content-same-answer."""

from __future__ import annotations

from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.digest import fold
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark


class ContentSameAnswer(LeafRule):
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

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding, at the second answer."""
        answers = [(path, text) for path, text in leaf.texts() if path[-1] == "answer" and text]
        if len(answers) > 1 and len({fold(text).casefold() for _, text in answers}) == 1:
            path, text = answers[1]
            message = f"all {len(answers)} answers are {text[:40]!r}"
            hint = "answer each question with what is true of it alone"
            yield Remark(path, message, hint)
