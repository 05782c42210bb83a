"""What one run of lint has met so far in all of its leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labci.seen import Seen

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question (of a skill: with its context) that stands in a leaf's file at a line, and the answer to it."""

    leaf: str
    path: str
    line: int
    question: str
    answer: str

    def is_twin(self, other: Asked) -> bool:
        """Whether two nearly equal questions ask for the same: long ones may differ in a number alone."""
        return NUMBER.findall(self.question) == NUMBER.findall(other.question)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class LintTree:
    """Questions of seed examples, and held-out ones."""

    def __init__(self) -> None:
        self.questions = Seen[Asked]()
        self.heldout = Seen[Asked]()
