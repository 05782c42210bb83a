"""A job on a real repository whose teacher is a real HTTP server that writes questions by rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import RunFolder, read_json, read_jsonl
from labci.blocks.seeds import TEACHER
from labci.config import read
from labci.diff import diff
from labci.flows.answer_first import RULES
from labci.git import EMPTY_TREE, Repository
from labci.job import Job
from labci.leaf import Kind
from labci.lineage import Released
from labci.sample import REASONS
from labci.store import Store
from tests.conftest import put
from tests.servers.chat import Chat, serving

DOCUMENT = """# Marrow Quay

## Harbour

Marrow Quay is a harbour in Estling with 14 berths and a green crane. It was built in 1912 by Ada Thornley,
who had sold her bakery. The crane lifts 30 tonnes.

## Fish

The auction starts at 6 on Fridays in the Tarry Hall, because the boats return at dawn.
"""
PAIRS = [
    [("In which town is Marrow Quay?", "Estling"), ("How many berths has Marrow Quay?", "14"),
     ("What colour is the crane of Marrow Quay?", "Green")],
    [("Where is the auction of Marrow Quay held?", "In the Tarry Hall"), ("When does the auction of Marrow Quay start?",
     "At 6"), ("Why is the auction of Marrow Quay early?", "Because the boats return at dawn")],
]  # fmt: skip
CONTEXTS = ["Marrow Quay is a harbour in Estling with 14 berths and a green crane.",
            "The auction starts at 6 on Fridays in the Tarry Hall, because the boats return at dawn."]  # fmt: skip


FLOWS = ("flows.knowledge", "flows.grounded", "flows.freeform")


class Silent:
    """Progress that nobody sees."""

    def say(self, text: str) -> None:
        pass

    def step(self, name: str, done: int, total: int) -> None:
        pass

    def leaf(self, path: str, done: int, total: int) -> None:
        pass


@dataclass
class Place:
    """A repository with a teacher, and what its runs wrote."""

    folder: Path
    teacher: Chat

    def job(
        self, *, teacher: str = "openai:quiz", run: str = "run", store: str = "store", model: str = "", **more: Any
    ) -> Job:
        repository = Repository.open(self.folder)
        head = repository.resolve("HEAD")
        folder = RunFolder(path=self.folder / ".labci" / run)
        folder.start({})
        model = model or str(self.folder / "documents")  # no weights, no judge: the tests of the judge bring some
        flags = {"teacher": teacher, "model": model, **dict.fromkeys(FLOWS, "small"), **more.pop("flags", {})}
        more.setdefault("released", Released(folder=self.folder / "model"))
        job = Job(
            root=self.folder,
            config=read((self.folder / "labci.yaml").read_bytes(), flags=flags),
            repository=repository, source=repository.tree(head), base=EMPTY_TREE, head=head, run=folder,
            store=Store(str(self.folder / ".labci" / store)), progress=Silent(), **more,
        )  # fmt: skip
        diff(job)
        return job


def rows(job: Job, name: str) -> list[dict[str, Any]]:
    return list(read_jsonl(job.run / name))


def leaf_entry(job: Job) -> dict[str, Any]:
    (entry,) = read_json(job.run / "generation.json")["leaves"]
    found: dict[str, Any] = entry
    return found


def accounted(job: Job) -> None:
    """Every candidate of the run's one leaf is a sample or a reject, by stage and by reason, and the sums say so."""
    samples, rejects, entry = rows(job, "samples.jsonl"), rows(job, "rejects.jsonl"), leaf_entry(job)
    assert entry["candidates"] == len(samples) + len(rejects)
    assert entry["kept"] == len(samples) == len({row["id"] for row in samples})
    assert entry["seeds"] == sum(row["teacher"] == TEACHER for row in samples)
    assert entry["rules"] == sum(row["teacher"] == RULES for row in samples)
    assert entry["rejects"] == dict(Counter(row["reason"] for row in rejects))
    assert {row["reason"] for row in rejects} <= set(REASONS)
    stages: dict[str, Counter[str]] = {}
    for row in rejects:
        stages.setdefault(row["stage"], Counter())[row["reason"]] += 1
    assert entry["stages"] == {stage: dict(found) for stage, found in stages.items()}


def quiz(body: dict[str, Any]) -> str:
    """A question for every fact, good for greedy requests and worse with each draw."""
    lines = dict(line.split(": ", 1) for line in body["messages"][-1]["content"].splitlines() if ": " in line)
    if "Fact" not in lines:  # the exam: a small model
        return "I can't tell."
    fact, answer = lines["Fact"], lines["Answer"]
    gap = fact.replace(answer, "which thing").rstrip(".")
    bad = [f"About Marrow Quay: {gap}?", "What is said here?", f"Is it {answer}?", "What did Zorvan Keld build?", "Hm."]
    return bad[body["seed"] % 5] if body["temperature"] else bad[0]


def knowledge_leaf(folder: Path) -> None:
    seeds = [
        {"context": context, "questions_and_answers": [{"question": q, "answer": a} for q, a in pairs]}
        for context, pairs in zip(CONTEXTS, PAIRS, strict=True)
    ]
    value = {
        "version": 3, "domain": "harbours", "created_by": "tess", "document_outline": "Marrow Quay",
        "seed_examples": seeds, "document": {"repo": ".", "commit": "HEAD", "patterns": ["documents/quay.md"]},
    }  # fmt: skip
    put(folder, "documents/quay.md", DOCUMENT)
    put(folder, "taxonomy/knowledge/quay/qna.yaml", json.dumps(value, indent=1))


def skill_leaf(folder: Path, kind: Kind) -> list[tuple[str, str]]:
    """A leaf of five pairs, grounded or not; returns them."""
    pairs = [
        ("Please write about the late lamp", "Your blue lamp arrives three days later than promised."),
        ("Please write about the rope", "We bought forty metres of hemp rope yesterday."),
        ("Please write about the painted boat", "Ole painted hull and mast before noon."),
        ("Please write about the closed harbour", "Ships cannot enter until ice has melted."),
        ("Please write about the ticket", "Sarah gets her money back, minus one crown."),
    ]
    seeds = [
        {"question": q, "answer": a} | ({"context": f"Notes of meeting {n}: Ada brings the lamp, Bo the rope."}
                                        if kind == "grounded" else {})
        for n, (q, a) in enumerate(pairs)
    ]  # fmt: skip
    value = {"version": 3, "created_by": "ada", "task_description": "Write a short letter.", "seed_examples": seeds}
    put(folder, "taxonomy/compositional_skills/writing/letters/qna.yaml", json.dumps(value, indent=1))
    put(folder, "documents/none.md", "What the student's folder is in these tests.")
    return pairs


@pytest.fixture
def place(repository: Path, monkeypatch: pytest.MonkeyPatch, git_commit: Callable[[Path], None]) -> Iterator[Place]:
    knowledge_leaf(repository)
    git_commit(repository)
    with serving(quiz) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        yield Place(folder=repository, teacher=chat)


@pytest.fixture
def git_commit() -> Callable[[Path], None]:
    from tests.conftest import git

    def commit(folder: Path) -> None:
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "Change")

    return commit
