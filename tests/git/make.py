"""Real repositories in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import yaml

from labci.git import Repository

NAME = "Ada Lovelace"
EMAIL = "ada@example.org"


def repository(path: Path, files: dict[str, str | bytes] | None = None) -> Repository:
    """A repository on branch main; with files, one commit of them."""
    repo = Repository.init(path)
    if files is not None:
        commit(repo, files)
    return repo


def commit(repo: Repository, files: dict[str, str | bytes], message: str = "Change files") -> str:
    """Write files below the root and commit them; "" as content removes a file."""
    for name, content in files.items():
        write(repo.root / name, content)
    return repo.commit_all(message, name=NAME, email=EMAIL)


def write(path: Path, content: str | bytes) -> None:
    if not content:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def skill(*pairs: tuple[str, str], about: str = "Answer politely") -> str:
    """qna.yaml of a freeform skill."""
    seeds = [{"question": question, "answer": answer} for question, answer in pairs]
    return yaml.safe_dump(
        {"version": 3, "task_description": about, "created_by": "ada", "seed_examples": seeds},
        sort_keys=False,
    )


def knowledge(contexts: dict[str, list[tuple[str, str]]], repo: str = ".", commit: str = "HEAD", *patterns: str) -> str:
    """qna.yaml of a knowledge leaf."""
    seeds = [
        {"context": context, "questions_and_answers": [{"question": q, "answer": a} for q, a in pairs]}
        for context, pairs in contexts.items()
    ]
    document = {"repo": repo, "commit": commit, "patterns": list(patterns or ("docs/*.md",))}
    value = {"version": 3, "domain": "things", "created_by": "ada", "document_outline": "Things"}
    return yaml.safe_dump(value | {"seed_examples": seeds, "document": document}, sort_keys=False)
