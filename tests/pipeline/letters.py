"""A skill whose samples are letters, in a repository without a judge, and what generating it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import git, put

ARTIFACTS = ("samples.jsonl", "rejects.jsonl")
ENDED = (0, 1)  # with samples, or with none that a filter let pass: what a run of these answers comes to
SEEDS = {
    "Write to Ada Thornley that her crane is ready.": "Dear Ms Thornley, your crane is ready. Please come for it.",
    "Write to the baker that his boat has been seen.": "Dear baker, your boat was seen near the quay this morning.",
    "Write to all that the auction starts late.": "Dear all, the auction starts an hour late on Friday.",
    "Write to the mayor that the hall is too small.": "Dear mayor, the hall is too small for all who come.",
    "Write to the school that the trip is on Monday.": "Dear pupils, the trip to the harbour is on Monday.",
}


def commit_letters(repository: Path, *, teacher: str) -> None:
    """The skill, and settings with a base that has no weights, so no judge."""
    pairs = [{"question": question, "answer": answer} for question, answer in SEEDS.items()]
    leaf = {"version": 3, "task_description": "Write short letters.", "created_by": "tess", "seed_examples": pairs}
    put(repository, "taxonomy/compositional_skills/letters/qna.yaml", json.dumps(leaf, indent=1))
    put(repository, "documents/none.md", "")
    put(repository, "labci.yaml", f"teacher: {teacher}\nmodel: {repository / 'documents'}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Add a leaf")


def artifacts(place: Path) -> dict[str, bytes]:
    """What the only run folder holds in the end."""
    (run,) = (place / ".labci/runs").iterdir()
    return {name: (run / name).read_bytes() for name in ARTIFACTS}


def answers(place: Path) -> list[Path]:
    """The entries of the store that hold a teacher's answers."""
    paths = (place / ".labci/store/responses").rglob("*")
    return [path for path in paths if path.is_file() and not path.suffix]
