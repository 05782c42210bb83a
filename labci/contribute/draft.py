"""Answers that were typed before `labci new` was stopped: kept aside, offered next time, removed at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labci.artifact import write_json
from labci.contribute.answers import Seeds
from labci.leaf import Pair

Kept = tuple[tuple[str, tuple[Pair, ...]], ...]


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of one leaf that is not yet written.

    seeds: passages that were kept, with their questions. waiting: by passage, the question that has no answer yet.
    """

    file: Path
    answers: dict[str, str] = field(default_factory=dict)
    seeds: Kept = ()
    waiting: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, answer: str) -> None:
        """Keep an answer."""
        self.answers[name] = answer
        self._write()

    def put_seeds(self, seeds: Kept) -> None:
        """Keep passages and their questions; those of passages that aren't among them stay."""
        given = {context for context, _ in seeds}
        self.seeds = (*seeds, *((context, pairs) for context, pairs in self.seeds if pairs and context not in given))
        self._write()

    def put_question(self, context: str, question: str) -> None:
        """Keep a question of a passage until its answer is there; "" where it is."""
        if question:
            self.waiting[context] = question
            self._write()
        else:
            self.waiting.pop(context, None)

    def lost(self, seeds: Seeds) -> int:
        """How many questions that were typed aren't among these."""
        written = {(context, pair.question) for context, pairs in seeds for pair in pairs}
        typed = {(context, pair.question) for context, pairs in self.seeds for pair in pairs}
        return len((typed | set(self.waiting.items())) - written)

    def remove(self) -> None:
        """The leaf is written."""
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        rows = [
            {"context": context, "pairs": [[pair.question, pair.answer] for pair in pairs]}
            for context, pairs in self.seeds
        ]
        write_json(self.file, {"version": 1, "answers": self.answers, "seeds": rows, "waiting": self.waiting})


def draft(root: Path, path: str) -> Draft:
    """The draft of a leaf of the repository at `root`; an empty one where there is none that can be read."""
    file = root / ".labci" / "new" / f"{path}.json"
    try:
        value: Any = json.loads(file.read_text("utf-8"))
        answers = {str(name): str(answer) for name, answer in value["answers"].items()}
        seeds = tuple((str(row["context"]), tuple(_pair(*pair) for pair in row["pairs"])) for row in value["seeds"])
        waiting = {str(context): str(question) for context, question in value.get("waiting", {}).items()}
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # it is there to save typing, no more
        return Draft(file=file)
    return Draft(file=file, answers=answers, seeds=seeds, waiting=waiting)


def _pair(question: object, answer: object) -> Pair:
    return Pair(question=str(question), answer=str(answer))
