"""A repository of a project, and a fork's pull request that only its server side knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from labci.git import Repository

if TYPE_CHECKING:
    from tests.ci.hub import Stage

LEAF = "taxonomy/compositional_skills/writing/freeform/rhymes"


def skill(*pairs: tuple[str, str], description: str = "Find words that rhyme.") -> str:
    """A qna.yaml of version 2 with a seed example for each pair of question and answer."""
    seeds = "".join(f"  - question: {question}\n    answer: {answer}\n" for question, answer in pairs)
    return f"version: 2\ncreated_by: someone\ntask_description: {description}\nseed_examples:\n{seeds}"


RHYMES = [(f"What rhymes with word{n}?", f"Word{n}th rhymes with it.") for n in range(5)]
GOOD = skill(*RHYMES)
ATTRIBUTION = """\
Title of work: Rhymes
Link to work: https://example.org/rhymes
Revision: 1
License of the work: CC0-1.0
Creator names: Some One
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """server: bare, as GitHub has it. clone: of its main branch, as checkout makes it in a job."""

    server: Path
    clone: Path
    author: Path
    base: str

    def propose(self, files: dict[str, str | None], number: int = 7) -> str:
        """A pull request that writes some files (None removes one); returns its head."""
        author = Repository.open(self.author)
        author.git.run("switch", "--quiet", "--force-create", f"change-{number}", self.base)
        write(self.author, files)
        head = author.commit_all("Change", name="Some One")
        author.git.run("push", "--quiet", "--force", str(self.server), f"HEAD:refs/pull/{number}/head")
        author.close()
        return head

    def event(self, head: str, number: int = 7, base: str | None = None) -> dict[str, str]:
        """The environment of a job for that pull request."""
        sides = {"base": {"sha": base or self.base}, "head": {"sha": head}}
        file = self.clone.parent / "event.json"
        file.write_text(json.dumps({"pull_request": {"number": number, **sides}}))
        summary = self.clone.parent / "summary.md"
        summary.unlink(missing_ok=True)
        return {
            "GITHUB_EVENT_PATH": str(file), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true",
        }  # fmt: skip

    def summary(self) -> str:
        """The job's summary page."""
        return (self.clone.parent / "summary.md").read_text("utf-8")


def write(root: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (root / name).unlink()
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


@contextmanager
def projected(folder: Path) -> Iterator[Project]:
    """A project with one leaf, below a folder; the bench makes one, too."""
    author = Repository.init(folder / "author")
    settings = "taxonomy: taxonomy\nhub: folder:models\n"
    write(author.root, {
        "labci.yaml": settings, ".gitignore": ".labci/\nmodels/\n",
        f"{LEAF}/qna.yaml": GOOD, f"{LEAF}/attribution.txt": ATTRIBUTION,
    })  # fmt: skip
    base = author.commit_all("Start", name="Some One")
    Repository.init(folder / "server", bare=True)
    author.git.run("push", "--quiet", str(folder / "server"), "HEAD:refs/heads/main")
    clone = Repository.clone(str(folder / "server"), folder / "clone")
    yield Project(server=folder / "server", clone=clone.root, author=author.root, base=base)
    clone.close()
    author.close()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with projected(tmp_path) as found:
        yield found


@pytest.fixture
def stage(project: Project) -> Iterator[Stage]:
    from tests.ci.hub import staged

    with staged(project) as found:
        yield found
