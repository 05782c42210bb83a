"""`labci lint --online` fetches other repositories' documents: commit and patterns are there, contexts are theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Labci, git, put
from tests.lint.case import CASES

LEAF = "taxonomy/knowledge/machines/presses"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository with the document, elsewhere."""
    folder = tmp_path / "remote"
    folder.mkdir()
    git(folder, "init", "-q")
    put(folder, "presses.md", (CASES / "document-context/good/documents/presses.md").read_text("utf-8"))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Document")
    return folder


def commit_leaf(repository: Path, remote: Path, commit: str, kind: str = "bad", pattern: str = "presses.md") -> None:
    """A leaf that refers to the remote document."""
    text = (CASES / f"document-context/{kind}" / LEAF / "qna.yaml").read_text("utf-8")
    head = text[: text.index("document:")]
    put(repository, "labci.yaml", "taxonomy: taxonomy\ndocuments: {allow: [file]}\n")
    reference = f"document:\n  repo: {remote.as_uri()}\n  commit: {commit}\n  patterns:\n  - {pattern}\n"
    put(repository, f"{LEAF}/qna.yaml", head + reference)


def test_contexts_are_compared_with_the_fetched_document(labci: Labci, repository: Path, remote: Path) -> None:
    commit_leaf(repository, remote, git(remote, "rev-parse", "HEAD"))
    done = labci("-C", repository, "lint", "--select", "document")
    assert (done.code, "document-context" in done.out) == (0, False)
    done = labci("-C", repository, "lint", "--select", "document", "--online")
    assert (done.code, done.out.count("document-context")) == (0, 2)
    assert "'It weighs 45 kilograms.', presses.md says 'It weighs 44 kilograms.'" in done.out
    remote.rename(remote.with_name("gone"))  # what was fetched is kept
    again = labci("-C", repository, "lint", "--select", "document", "--online")
    assert again.out == done.out


def test_a_commit_that_is_not_there(labci: Labci, repository: Path, remote: Path) -> None:
    commit_leaf(repository, remote, "0123456789" * 4, kind="good")
    done = labci("-C", repository, "lint", "--select", "document", "--online")
    assert done.code == 1
    line = 1 + (repository / LEAF / "qna.yaml").read_text("utf-8")[: -len("  patterns:\n  - presses.md\n")].count("\n")
    assert f"{LEAF}/qna.yaml:{line - 1}:11: error document-unreadable" in done.out
    assert "0123456789" in done.out


def test_a_pattern_that_matches_nothing(labci: Labci, repository: Path, remote: Path) -> None:
    commit_leaf(repository, remote, git(remote, "rev-parse", "HEAD"), kind="good", pattern="pumps.md")
    done = labci("-C", repository, "lint", "--select", "document", "--online")
    assert done.code == 1
    assert "pattern 'pumps.md' matches no file" in done.out


def test_a_commit_of_this_repository_needs_no_network(labci: Labci, repository: Path, tmp_path: Path) -> None:
    """It is read where it is there, and missed where it is not; a shallow clone can't know."""
    put(repository, "presses.md", (CASES / "document-context/good/documents/presses.md").read_text("utf-8"))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Presses")
    text = (CASES / "document-context/bad" / LEAF / "qna.yaml").read_text("utf-8")
    head = text[: text.index("document:")]

    def lint(folder: Path, commit: str) -> tuple[int, str]:
        reference = f"document:\n  repo: .\n  commit: {commit}\n  patterns:\n  - presses.md\n"
        put(folder, f"{LEAF}/qna.yaml", head + reference)
        done = labci("-C", folder, "lint", "--select", "document")
        return done.code, done.out

    commit = git(repository, "rev-parse", "HEAD")
    (repository / "presses.md").unlink()
    code, out = lint(repository, commit)
    assert (code, out.count("warning document-context")) == (0, 2)
    code, out = lint(repository, "0123456789" * 4)
    assert (code, out.count("error document-unreadable commit '0123456789")) == (1, 1)
    git(repository, "commit", "-qam", "No presses")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), str(shallow))
    assert lint(shallow, commit)[0] == 0
