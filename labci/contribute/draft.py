"""Answers that were typed before `labci new` was stopped: kept aside, offered next time, removed at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labci.artifact import write_json
from labci.leaf import Pair

Kept = tuple[tuple[str, tuple[Pair, ...]], ...]


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of one leaf that is not yet written. seeds: passages that were kept, with their questions."""

    file: Path
    answers: dict[str, str] = field(default_factory=dict)
    seeds: Kept = ()

    def put(self, name: str, answer: str) -> None:
        """Keep an answer."""
        self.answers[name] = answer
        self._write()

    def put_seeds(self, seeds: Kept) -> None:
        """Keep passages and their questions."""
        self.seeds = seeds
        self._write()

    def remove(self) -> None:
        """The leaf is written."""
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        rows = [
            {"context": context, "pairs": [[pair.question, pair.answer] for pair in pairs]}
            for context, pairs in self.seeds
        ]
        write_json(self.file, {"version": 1, "answers": self.answers, "seeds": rows})


def draft(root: Path, path: str) -> Draft:
    """The draft of a leaf of the repository at `root`; an empty one where there is none that can be read."""
    file = root / ".labci" / "new" / f"{path}.json"
    try:
        value: Any = json.loads(file.read_text("utf-8"))
        answers = {str(name): str(answer) for name, answer in value["answers"].items()}
        seeds = tuple((str(row["context"]), tuple(_pair(*pair) for pair in row["pairs"])) for row in value["seeds"])
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # it is there to save typing, no more
        return Draft(file=file)
    return Draft(file=file, answers=answers, seeds=seeds)


def _pair(question: object, answer: object) -> Pair:
    return Pair(question=str(question), answer=str(answer))
