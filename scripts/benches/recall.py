"""Held-out questions of the leaves in tests/leaves, and how many of them a model answers.

The questions and the accepted answers are in tests/leaves/*/questions.yaml; labci never reads that file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benches.repository import question_rows

MAX_TOKENS = 32  # of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in other words; any of `accept` in the lower-cased answer counts."""

    question: str
    accept: tuple[str, ...]

    def right(self, text: str) -> bool:
        """Whether an answer counts."""
        return any(part in text.lower() for part in self.accept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said to a question."""

    question: Question
    text: str

    def __str__(self) -> str:
        sign = "+" if self.question.right(self.text) else "-"
        return f"  {sign} {self.question.question}\n      {self.text!r}  accepts {list(self.question.accept)}"


def questions(name: str) -> list[Question]:
    """The 30 questions of a leaf."""
    rows = question_rows(name)
    return [Question(question=row["question"], accept=tuple(map(str, row["accept"]))) for row in rows]


def answered(folder: Path, names: Sequence[str]) -> list[list[bool]]:
    """Whether a model answers each question of each leaf, greedily; LABCI_BENCH_ANSWERS shows what it says."""
    from labci.lm.answer import greedy
    from labci.lm.load import open_model

    lm = open_model(folder)
    found = []
    for name in names:
        items = questions(name)
        prompts = [[{"role": "user", "content": item.question}] for item in items]
        texts = greedy(lm, prompts, max_new_tokens=MAX_TOKENS)
        answers = [Answer(question=item, text=text) for item, text in zip(items, texts, strict=True)]
        if os.environ.get("LABCI_BENCH_ANSWERS"):
            print(*answers, sep="\n", file=sys.stderr)
        found.append([answer.question.right(answer.text) for answer in answers])
    return found


def recalls(folder: Path, names: Sequence[str]) -> list[str]:
    """How many questions of each leaf a model answers, as "n of m"."""
    return [f"{sum(hits)} of {len(hits)}" for hits in answered(folder, names)]
