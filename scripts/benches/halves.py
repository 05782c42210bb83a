"""A leaf of tests/leaves as two: each has about half of its document, and the seeds and questions of that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from scripts.benches.repository import LEAVES, git

NAMES = ("one", "two")


def merge_half(repository: Path, name: str, half: int) -> str:
    """Commit the first (0) or second (1) half of a leaf to main, unless it is there; its path below the root."""
    part = f"{name}_{NAMES[half]}"
    folder = repository / "taxonomy/knowledge/bench" / part
    if not folder.exists():
        document = _texts(name)[half]
        (repository / f"documents/{part}.md").write_text(document, "utf-8")
        folder.mkdir(parents=True)
        (folder / "qna.yaml").write_text(_seeds(name, half, part), "utf-8")
        (folder / "heldout.yaml").write_text(_dump({"items": _items(name, half)}), "utf-8")
        (folder / "attribution.txt").write_bytes((LEAVES / name / "attribution.txt").read_bytes())
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", f"Add {part}")
    return f"knowledge/bench/{part}"


def _texts(name: str) -> tuple[str, str]:
    """Both parts of the document, cut between two sections so that they are about as long."""
    title, *sections = re.split(r"(?m)^(?=## )", (LEAVES / name / "document.md").read_text("utf-8"))
    words = [len(section.split()) for section in sections]
    middle = min(range(1, len(words)), key=lambda at: abs(sum(words[:at]) - sum(words[at:])))
    return title + "".join(sections[:middle]), title + "".join(sections[middle:])


def _seeds(name: str, half: int, part: str) -> str:
    value = yaml.safe_load((LEAVES / name / "qna.yaml").read_text("utf-8"))
    value["document"]["patterns"] = [f"documents/{part}.md"]
    seeds = value["seed_examples"]
    value["seed_examples"] = [seed for seed in seeds if _half(name, seed["context"], seed["context"]) == half]
    return _dump(value)


def _items(name: str, half: int) -> list[dict[str, str]]:
    rows = yaml.safe_load((LEAVES / name / "questions.yaml").read_text("utf-8"))
    mine = [row for row in rows if _half(name, row["question"], *map(str, row["accept"])) == half]
    return [{"question": row["question"], "answer": str(row["answer"])} for row in mine]


def _half(name: str, text: str, *answers: str) -> int:
    """Where one of the answers stands; if that is in both or in none, where more words of the text do."""
    halves = [" ".join(half.lower().split()) for half in _texts(name)]
    words = re.findall(r"\w{4,}", text.lower())
    scores = [
        (any(" ".join(answer.lower().split()) in half for answer in answers), sum(word in half for word in words))
        for half in halves
    ]
    return int(scores[1] > scores[0])


def _dump(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))
