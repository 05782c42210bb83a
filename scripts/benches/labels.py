"""The hand-labelled pairs of tests/quality/labels.jsonl, to say what share of some samples is grounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labci.artifact import read_jsonl
from labci.digest import fold
from labci.sample import Sample
from scripts.benches.repository import ROOT

FILE = ROOT / "tests" / "quality" / "labels.jsonl"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the samples that have a label are grounded, and how many are good besides."""

    labelled: int
    grounded: int
    good: int

    def __str__(self) -> str:
        if not self.labelled:
            return "no labels"
        return f"{self.grounded / self.labelled:.2f}, good {self.good / self.labelled:.2f} ({self.labelled} read)"


def key(leaf: str, question: str, answer: str) -> Key:
    """What a label is found by; leaf: a folder's name of tests/leaves."""
    return leaf, fold(question), fold(answer).casefold()


def share(leaf: str, samples: Iterable[Sample]) -> Share:
    """Over the samples of a leaf that somebody has read."""
    known = {key(row["leaf"], row["question"], row["answer"]): row for row in read_jsonl(FILE)} if FILE.exists() else {}
    found = [row for s in samples if (row := known.get(key(leaf, s.question, s.answer)))]
    return Share(
        labelled=len(found), grounded=sum(r["grounded"] for r in found), good=sum(r["good"] for r in found)
    )  # fmt: skip
