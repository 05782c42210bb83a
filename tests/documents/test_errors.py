"""What is wrong with a document is told with the leaf, the line that names the document, and a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Ended, Labci, add_leaf, git, put
from tests.documents.test_documents import pdf

ABSENT = "0123456789" * 4
START = "document:\n  repo: .\n  commit: HEAD\n  patterns:\n    - documents/dev_press.md\n"


def point(repository: Path, *, repo: str = ".", commit: str = "HEAD", pattern: str) -> str:
    """The leaf, reading another document; returns its qna.yaml as it is shown."""
    leaf = add_leaf(repository, "dev_press")
    name = f"taxonomy/{leaf}/qna.yaml"
    text = (repository / name).read_text("utf-8")
    assert text.endswith(START)
    first = "    - documents/dev_*.md\n" if (repo, commit) == (".", "HEAD") else ""
    other = f"document:\n  repo: {repo}\n  commit: {commit}\n  patterns:\n{first}    - {pattern}\n"
    put(repository, name, text.replace(START, other))
    return name


def line_of(repository: Path, name: str, text: str) -> int:
    lines = (repository / name).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def plan(labci: Labci, repository: Path) -> Ended:
    return labci("-q", "-C", repository, "plan", "--worktree", "main~1")


WRONG = {
    "no match": ("documents/none.md", b"", "pattern 'documents/none.md' matches no file in this repository"),
    "not UTF-8": ("documents/latin.md", b"caf\xe9", "documents/latin.md is not UTF-8 (byte 3)"),
    "no text": ("documents/scan.pdf", pdf(""), "documents/scan.pdf holds no text, only pictures"),
    "not readable": ("documents/a.docx", b"PK", "pattern 'documents/a.docx' matches 'documents/a.docx' in this"),
}


@pytest.mark.parametrize(("pattern", "data", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_document_that_cannot_be_read(
    labci: Labci, repository: Path, pattern: str, data: bytes, message: str
) -> None:
    name = point(repository, pattern=pattern)
    if data:
        (repository / pattern).write_bytes(data)
    ended = plan(labci, repository)
    line = line_of(repository, name, f"    - {pattern}")
    assert ended.code == 2
    assert ended.err.startswith(f"error: {name}:{line}: {message}")
    assert "\n next: " in ended.err


def test_an_unknown_commit_of_this_repository(labci: Labci, repository: Path) -> None:
    name = point(repository, commit=ABSENT, pattern="documents/x.md")
    ended = plan(labci, repository)
    line = line_of(repository, name, "  commit:")
    assert (ended.code, ended.err.count("git branch")) == (2, 0)
    assert ended.err.startswith(f"error: {name}:{line}: commit '{ABSENT}' is not in this repository\n next: write")


def test_a_file_of_an_older_commit_says_so(labci: Labci, repository: Path) -> None:
    (repository / "latin.md").write_bytes(b"caf\xe9")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Latin")
    old = git(repository, "rev-parse", "HEAD")
    name = point(repository, commit=old, pattern="latin.md")
    line = line_of(repository, name, "    - latin.md")
    ended = plan(labci, repository)
    assert ended.err.startswith(f"error: {name}:{line}: latin.md of commit {old[:12]} is not UTF-8")


def test_a_repository_that_may_not_be_read(labci: Labci, repository: Path, tmp_path: Path) -> None:
    name = point(repository, repo=f"file://{tmp_path}", commit=ABSENT, pattern="a.md")
    ended = plan(labci, repository)
    line = line_of(repository, name, "  repo:")
    assert ended.code == 2
    assert ended.err.startswith(f"error: {name}:{line}: repositories of kind file are not allowed")
    assert re.search(r"next: add it on purpose", ended.err)


def test_a_commit_that_another_repository_does_not_have(labci: Labci, repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    put(other, "a.md", "A")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "A")
    put(repository, "labci.yaml", "documents: {allow: [file]}\n")
    name = point(repository, repo=f"file://{other}", commit=ABSENT, pattern="a.md")
    ended = plan(labci, repository)
    assert ended.code == 5
    assert ended.err.startswith(f"error: {name}:{line_of(repository, name, '  commit:')}: commit {ABSENT} is not in")


def test_a_repository_that_is_not_there(labci: Labci, repository: Path, tmp_path: Path) -> None:
    put(repository, "labci.yaml", "documents: {allow: [file]}\n")
    name = point(repository, repo=f"file://{tmp_path}/none", commit=ABSENT, pattern="a.md")
    ended = plan(labci, repository)
    assert ended.code == 5
    assert ended.err.startswith(f"error: {name}:{line_of(repository, name, '  repo:')}: file://")
