"""The rule content-same-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci.config import Config
from labci.diagnostic import Severity
from labci.digest import fold
from labci.leaf import Leaf
from labci.rules import LeafRule, Remark


class ContentSameContext(LeafRule):
    """No two seed examples have the same context.

    Why: each context is a cluster of the gate and a piece of the document for the teacher; the
    same one twice is counted as one. Put its questions below it together.

    Bad:
        # two seed examples
        context: The press is built in Lindholt.

    Good:
        # one seed example
        context: The press is built in Lindholt.
        questions_and_answers:
          # the questions of both
    """

    id = "content-same-context"
    group = "content"
    severity: Severity = "warning"

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One finding for each repeated context, at its repetition."""
        first: dict[str, int] = {}
        for path, text in leaf.texts():
            if path[-1] != "context" or not text or leaf.kind != "knowledge":
                continue
            number = int(path[1]) + 1
            original = first.setdefault(fold(text).casefold(), number)
            if original != number:
                message = f"this is the context of seed example {original} again"
                hint = f"move its questions to seed example {original}"
                yield Remark(path, message, hint)
