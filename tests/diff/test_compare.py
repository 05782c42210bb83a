"""What counts as a change, on real commits: seeds by content, renames, deletions, exact references."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labci import config, schema
from labci.artifact import RunFolder
from labci.change import Change, Changes, Delta
from labci.diff import diff
from labci.git import EMPTY_TREE, WORKTREE, Repository
from labci.job import Job
from labci.leaf import LeafError
from labci.lineage import Released
from labci.report.changes import to_text
from labci.store import Store
from tests.git.make import commit, knowledge, repository, skill, write

A, B, C, D = ((f"What is {word}?", f"It is the {word}") for word in ("one", "two", "three", "four"))
TEXTS = {f"The {word} stands here.": [(f"What is {word}?", word)] for word in ("oak", "elm", "ash")}
SKILL = "compositional_skills/writing/x"
KNOWLEDGE = "knowledge/trees"


class Quiet:
    """Progress that nobody reads."""

    def say(self, text: str) -> None: ...

    def step(self, name: str, done: int, total: int) -> None: ...

    def leaf(self, path: str, done: int, total: int) -> None:
        pass


def job(repo: Repository, base: str, head: str, leaf: str | None = None) -> Job:
    """A job as `labci diff` builds it."""
    return Job(
        root=repo.root,
        config=config.read(b""),
        repository=repo,
        source=repo.source(head),
        base=base,
        head=head,
        run=RunFolder(path=repo.root / ".labci" / "runs" / "r"),
        store=Store(str(repo.root / ".labci" / "store")),
        released=Released(folder=repo.root),
        progress=Quiet(),
        leaf=leaf,
    )


def between(repo: Repository, base: str, head: str, leaf: str | None = None) -> tuple[Change, ...]:
    """The changes, after checking that their JSON is what the schema promises and reads back."""
    found = diff(job(repo, base, head, leaf))
    value = json.loads((repo.root / ".labci/runs/r/changes.json").read_text())
    schema.validator("diff").validate(value)
    assert Changes.from_json(value) == found
    return found.changes


def qna(path: str) -> str:
    return f"taxonomy/{path}/qna.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    files = {
        qna(SKILL): skill(A, B),
        qna(KNOWLEDGE): knowledge(TEXTS),
        "docs/t.md": "Trees.",
        ".gitignore": ".labci/",
    }
    return repository(tmp_path / "r", dict(files))


def test_everything_is_added_from_the_empty_tree(repo: Repository) -> None:
    found = between(repo, EMPTY_TREE, repo.resolve("HEAD"))
    assert [(change.path, change.status) for change in found] == [(SKILL, "added"), (KNOWLEDGE, "added")]
    assert [len(change.seeds.added) for change in found] == [2, 3]
    assert found[1].documents == Delta(added=(".@HEAD:docs/*.md",))


def test_one_changed_seed_leaves_the_others(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (change,) = between(repo, base, commit(repo, {qna(SKILL): skill(A, C, D)}))
    assert change.status == "modified"
    assert [len(part) for part in (change.seeds.added, change.seeds.removed, change.seeds.kept)] == [2, 1, 1]


def test_comments_quoting_order_and_wrapping_are_no_change(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    text = f"""# a comment
created_by: someone else
seed_examples:
  - answer: '{A[1]}'
    question: "{A[0]}"
  - question: >-
      What is
      two?
    answer: {B[1]}
task_description: Answer politely
version: 3
"""
    assert between(repo, base, commit(repo, {qna(SKILL): text})) == ()


def test_a_new_task_description_changes_every_seed(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (change,) = between(repo, base, commit(repo, {qna(SKILL): skill(A, B, about="Answer briefly")}))
    assert (len(change.seeds.added), len(change.seeds.removed), change.seeds.kept) == (2, 2, ())


def test_a_moved_folder_keeps_all_its_seeds(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (repo.root / "taxonomy/compositional_skills/letters").mkdir(parents=True)
    shutil.move(repo.root / f"taxonomy/{SKILL}", repo.root / "taxonomy/compositional_skills/letters/y")
    (change,) = between(repo, base, commit(repo, {}))
    assert (change.path, change.status, change.old) == ("compositional_skills/letters/y", "renamed", SKILL)
    assert (change.seeds.added, change.seeds.removed, len(change.seeds.kept)) == ((), (), 2)


def test_a_rename_that_git_cannot_see_is_seen_by_its_seeds(repo: Repository) -> None:
    """Rewritten from end to end, with one seed more: the bytes differ, two seeds are the same."""
    base = repo.resolve("HEAD")
    rows = "".join(f'- {{"question": "{q}",\n   "answer": "{a}"}}\n' for q, a in (B, A, C))
    head = commit(
        repo,
        {
            qna(SKILL): "",
            qna("foundational_skills/y"): f'"seed_examples":\n{rows}"task_description": "Answer politely"\n'
            + "".join(f"# line {number}\n" for number in range(100)),
        },
    )
    assert "renamed" not in {change.status for change in repo.changed(base, head)}
    (change,) = between(repo, base, head)
    assert (change.status, change.old, len(change.seeds.added), len(change.seeds.kept)) == (
        "renamed",
        SKILL,
        1,
        2,
    )


def test_a_copy_is_added_and_its_origin_untouched(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (change,) = between(repo, base, commit(repo, {qna("foundational_skills/copy"): skill(A, B)}))
    assert (change.path, change.status) == ("foundational_skills/copy", "added")


def test_two_leaves_that_swap_places_are_modified(repo: Repository) -> None:
    base = commit(repo, {qna("foundational_skills/y"): skill(C, D)})
    found = between(repo, base, commit(repo, {qna(SKILL): skill(C, D), qna("foundational_skills/y"): skill(A, B)}))
    assert {(change.path, change.status) for change in found} == {
        (SKILL, "modified"),
        ("foundational_skills/y", "modified"),
    }


def test_a_deleted_leaf_is_removed_with_its_seeds(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (change,) = between(repo, base, commit(repo, {qna(KNOWLEDGE): ""}))
    assert (change.path, change.status, len(change.seeds.removed)) == (KNOWLEDGE, "removed", 3)
    assert change.documents == Delta(removed=(".@HEAD:docs/*.md",))


def test_other_files_of_a_leaf_and_of_the_repository_are_no_change(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    files: dict[str, str | bytes] = {
        f"taxonomy/{SKILL}/heldout.yaml": "items: []\n",
        "README.txt": "x",
        "elsewhere/knowledge/x/qna.yaml": skill(A),
        "taxonomy/notes/qna.yaml": skill(A),
    }
    assert between(repo, base, commit(repo, files)) == ()


def test_a_pinned_document_at_another_commit(repo: Repository) -> None:
    url = "https://example.org/x"
    base = commit(repo, {qna(KNOWLEDGE): knowledge(TEXTS, url, "a" * 40, "a.md", "b.md")})
    (change,) = between(repo, base, commit(repo, {qna(KNOWLEDGE): knowledge(TEXTS, url, "b" * 40, "a.md")}))
    assert change.documents.added == (f"{url}@{'b' * 40}:a.md",)
    assert change.documents.removed == (f"{url}@{'a' * 40}:a.md", f"{url}@{'a' * 40}:b.md")


def test_a_document_of_this_repository_changes_its_leaf(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    (change,) = between(repo, base, commit(repo, {"docs/t.md": "Other trees.", "docs.md": "no document"}))
    assert (change.path, change.status, len(change.seeds.kept)) == (KNOWLEDGE, "modified", 3)
    assert change.documents == Delta(added=(".@HEAD:docs/*.md",), removed=(".@HEAD:docs/*.md",))


def test_a_document_changed_on_disk(repo: Repository) -> None:
    write(repo.root / "docs/new.md", "More trees.")
    (change,) = between(repo, repo.resolve("HEAD"), WORKTREE)
    assert (change.path, change.status) == (KNOWLEDGE, "modified")


def test_the_worktree_counts_changed_and_new_files(repo: Repository) -> None:
    head = repo.resolve("HEAD")
    write(repo.root / qna(SKILL), skill(A))
    write(repo.root / qna("foundational_skills/new"), skill(C))
    found = between(repo, head, WORKTREE)
    assert [(change.path, change.status) for change in found] == [
        (SKILL, "modified"),
        ("foundational_skills/new", "added"),
    ]


def test_one_leaf_can_be_asked_for(repo: Repository) -> None:
    assert [change.path for change in between(repo, EMPTY_TREE, repo.resolve("HEAD"), KNOWLEDGE)] == [KNOWLEDGE]


def test_a_leaf_that_cannot_be_read_stops_with_its_place(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    broken = commit(repo, {qna(SKILL): "a: [1\nb: 2\n"})
    with pytest.raises(LeafError, match=rf"{SKILL}/qna.yaml:\d+:\d+"):
        between(repo, base, broken)
    (change,) = between(repo, broken, commit(repo, {qna(SKILL): skill(A, B)}))
    assert (change.status, len(change.seeds.added)) == ("added", 2)


def test_the_stage_is_complete_only_while_its_output_stands(repo: Repository) -> None:
    task = job(repo, EMPTY_TREE, repo.resolve("HEAD"))
    diff(task)
    assert task.run.is_complete("diff", settings={"leaf": None})
    (task.run / "changes.json").write_text("{}")
    assert not task.run.is_complete("diff", settings={"leaf": None})


def test_text_for_a_terminal(repo: Repository) -> None:
    base = repo.resolve("HEAD")
    head = commit(
        repo,
        {
            qna(SKILL): skill(A, C),
            "docs/t.md": "Changed.",
            qna(KNOWLEDGE): knowledge(TEXTS, ".", "HEAD", "docs/t.md"),
        },
    )
    lines = to_text(diff(job(repo, base, head)).to_json()).splitlines()
    assert lines == [
        f"{base[:12]} -> {head[:12]}",
        f"~ modified {SKILL}   seeds +1 -1 =1",
        f"~ modified {KNOWLEDGE}   seeds =3",
        "    + document docs/t.md",
        "    - document docs/*.md",
        "2 leaves, 1 new seed",
    ]
    assert to_text(diff(job(repo, head, head)).to_json()) == f"nothing is new since {head[:12]}"
    assert to_text(diff(job(repo, EMPTY_TREE, head)).to_json()).startswith(f"the beginning -> {head[:12]}\n")


def test_only_changed_leaves_are_read(repo: Repository) -> None:
    """The cost grows with the change: a broken leaf elsewhere is not even opened."""
    base = commit(repo, {qna("foundational_skills/broken"): "a: [\n"})
    (change,) = between(repo, base, commit(repo, {qna(SKILL): skill(A)}))
    assert change.path == SKILL
