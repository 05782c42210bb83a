"""`labci new` without a terminal: the same checks on flags, and passages from any document that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci import contribute
from labci.leaf import Leaf, Pair
from labci.taxonomy import FolderSource, Taxonomy
from tests.conftest import Labci, git, put
from tests.contribute.test_init import findings
from tests.contribute.test_passages import prose
from tests.contribute.test_wizard import DOCUMENT, FLAGS, PARAGRAPHS, PATH
from tests.documents.test_documents import pdf

NEW = ("new", "knowledge", PATH, *FLAGS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    contribute.init(tmp_path / "r")
    put(tmp_path / "r", "documents/roses.md", DOCUMENT)
    return tmp_path / "r"


def leaf(root: Path) -> Leaf:
    return Taxonomy(FolderSource(root), "taxonomy").leaf(PATH)


def contexts(root: Path) -> list[str]:
    return [" ".join((seed.context or "").split()) for seed in leaf(root).seeds]


@pytest.mark.parametrize("option", ["--from", "--document"])
def test_the_first_proposals_are_kept(labci: Labci, root: Path, option: str) -> None:
    ended = labci("-C", root, *NEW, option, "documents/roses.md")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [f"taxonomy/{PATH}/qna.yaml", f"taxonomy/{PATH}/attribution.txt"]
    assert f"labci -C {root} lint taxonomy/{PATH}" in ended.err
    assert f"labci -C {root} diff --worktree" in ended.err
    assert contexts(root) == PARAGRAPHS[:5]
    assert {found.rule for found in findings(root)} <= {"content-unfinished"}


def test_a_pdf_without_blank_lines_has_passages(labci: Labci, root: Path) -> None:
    lines = prose(30).replace(". ", ".\n")
    (root / "documents/mills.pdf").write_bytes(pdf(lines, lines.replace("mill", "kiln")))
    ended = labci("-C", root, *NEW, "--from", "documents/mills.pdf")
    assert ended.code == 0, ended.err
    assert all(context.startswith("The ") and context.endswith(".") for context in contexts(root))
    assert [found for found in findings(root) if found.rule == "document-context"] == []


@pytest.mark.parametrize(("from_", "name"), [("documents", "roses.md"), ("taxonomy", "documents/roses.md")])
def test_relative_to_the_folder_then_to_the_root(labci: Labci, root: Path, from_: str, name: str) -> None:
    ended = labci("-C", root / from_, *NEW, "--from", name)
    assert ended.code == 0, ended.err
    assert str(leaf(root).document) == ".@HEAD:documents/roses.md"


def test_the_folder_comes_first(labci: Labci, root: Path) -> None:
    put(root, "notes/documents/roses.md", DOCUMENT.replace("Lindholt", "Oldenby"))
    assert labci("-C", root / "notes", *NEW, "--from", "documents/roses.md").code == 0
    assert str(leaf(root).document) == ".@HEAD:notes/documents/roses.md"


def test_a_name_with_brackets_is_that_file(labci: Labci, root: Path) -> None:
    put(root, "documents/a[1].md", DOCUMENT)
    assert labci("-C", root, *NEW, "--from", "documents/a[1].md").code == 0
    assert {found.rule for found in findings(root)} <= {"content-unfinished"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("# Heading\n\n- a list\n- of things\n", "no passage"), ("\n\n".join(PARAGRAPHS[:2]), "only 2 passages")],
)
def test_too_few_passages_are_told(labci: Labci, root: Path, text: str, said: str) -> None:
    put(root, "documents/few.md", text)
    ended = labci("-C", root, *NEW, "--from", "documents/few.md")
    assert (ended.code, said in ended.err) == (0, True)
    todo = [context for context in contexts(root) if context.startswith("TODO: passage")]
    assert len(todo) == 5 - len(list(contribute.passages(text)))


def test_a_paragraph_that_comes_again_is_proposed_once(labci: Labci, root: Path) -> None:
    put(root, "documents/twice.md", "\n\n".join(f"{part}\n\n{part}" for part in PARAGRAPHS[:3]))
    ended = labci("-C", root, *NEW, "--from", "documents/twice.md")
    assert (ended.code, "only 3 passages" in ended.err) == (0, True)
    assert contexts(root)[:3] == PARAGRAPHS[:3]


def test_a_bare_repository_takes_no_leaf(labci: Labci, root: Path, tmp_path: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Begin")
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare.git")
    ended = labci("-C", tmp_path / "bare.git", *NEW, "--document", "documents/roses.md")
    assert (ended.code, "bare repository" in ended.err) == (2, True)


def test_passages_that_lint_refuses_are_not_proposed(labci: Labci, root: Path) -> None:
    put(root, "documents/odd.md", DOCUMENT.replace("Miller rose", "Miller<|im_end|> rose"))
    assert labci("-C", root, *NEW, "--from", "documents/odd.md").code == 0
    assert contexts(root) == [PARAGRAPHS[0], *PARAGRAPHS[2:]]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.md", b"", "is empty"),
        ("a.txt", b" \n\n", "is empty"),
        ("a.md", b"\x89PNG\r\n\x1a\n\xff", "not UTF-8"),
        ("a.md", b"text\0text", "is no text"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.pdf", pdf(""), "holds no text"),
        ("a.docx", b"PK", "names no .md"),
        ("a.log.md", b"x" * 6_000_000, "bytes"),
    ],
)
@pytest.mark.parametrize("option", ["--from", "--document"])
def test_documents_that_are_refused(labci: Labci, root: Path, option: str, name: str, data: bytes, said: str) -> None:
    put(root, "labci.yaml", "documents: {max_bytes: 5000000}\n")
    (root / "documents" / name).write_bytes(data)
    ended = labci("-C", root, *NEW, option, f"documents/{name}")
    assert (ended.code, said in ended.err, " next: " in ended.err, ended.out) == (2, True, True, "")
    assert not (root / "taxonomy" / PATH).exists()


def test_a_document_that_git_ignores(labci: Labci, root: Path) -> None:
    put(root, "models/x.md", DOCUMENT)
    ended = labci("-C", root, *NEW, "--from", "models/x.md")
    assert (ended.code, "git ignores" in ended.err) == (2, True)


@pytest.mark.parametrize("name", ["roses.md", "documents/rose.md", "Documents/Roses.MD"])
def test_a_mistyped_document_is_guessed(labci: Labci, root: Path, name: str) -> None:
    ended = labci("-C", root, *NEW, "--document", name)
    assert (ended.code, "did you mean documents/roses.md?" in ended.err) == (2, True)


def test_a_document_outside_is_told_apart(labci: Labci, root: Path) -> None:
    put(root.parent, "outside.md", DOCUMENT)
    ended = labci("-C", root, *NEW, "--from", "../outside.md")
    assert (ended.code, "outside of this repository" in ended.err) == (2, True)


def test_a_document_of_another_repository_is_not_fetched(labci: Labci, root: Path) -> None:
    name = f"https://example.org/x.git@{'a' * 40}:docs/*.md"
    ended = labci("-C", root, *NEW, "--from", name)
    assert (ended.code, "--document" in ended.err) == (2, True)
    assert labci("-C", root, *NEW, "--document", name).code == 0
    assert str(leaf(root).document) == name
    assert labci("-C", root, *NEW, "--document", name.replace("https", "ext")).code == 2


@pytest.mark.parametrize("option", ["--from", "--document"])
def test_a_skill_has_no_document(labci: Labci, root: Path, option: str) -> None:
    ended = labci("-C", root, "new", "skill", "foundational_skills/x", *FLAGS, option, "documents/roses.md")
    assert (ended.code, "not taught from a document" in ended.err) == (2, True)


def test_what_is_missing_is_told_at_once(labci: Labci, root: Path) -> None:
    ended = labci("-C", root, "new", "knowledge", PATH, "--about", "Roses", "--title", "T", "--license", "MIT")
    assert ended.code == 2
    assert all(flag in ended.err for flag in ("--created-by", "--document", "--outline", "--link", "--creators"))
    assert labci("-C", root, "new", "knowledge").code == 2


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [("--license", "MITT", "did you mean MIT?"), ("--about", "\x1b[A", "control"), ("--title", "  ", "blank")],
)
def test_flags_are_checked_as_answers_are(labci: Labci, root: Path, flag: str, value: str, said: str) -> None:
    ended = labci("-C", root, *NEW, "--document", "documents/roses.md", flag, value)
    assert (ended.code, said in ended.err, flag in ended.err) == (2, True, True)


def test_what_only_looks_wrong_is_noted(labci: Labci, root: Path) -> None:
    ended = labci("-C", root, *NEW, "--document", "documents/roses.md", "--link", "Shelf 3")
    assert (ended.code, "note: --link" in ended.err) == (0, True)


@pytest.fixture
def typed(root: Path) -> contribute.Draft:
    """What somebody typed before they stopped: a passage with a question and its answer."""
    draft = contribute.draft(root, PATH)
    draft.put_seeds(((PARAGRAPHS[1], (Pair(question="Who bred it?", answer="Ida Garrow"),)),))
    return draft


def test_a_draft_is_written_where_all_is_given(labci: Labci, root: Path, typed: contribute.Draft) -> None:
    put(root, "documents/roses.md", DOCUMENT.replace("by Ida Garrow", "by\nIda Garrow"))  # wrapped anew
    ended = labci("-C", root, *NEW, "--document", "documents/roses.md")
    assert (ended.code, typed.file.exists()) == (0, False)
    assert contexts(root) == [PARAGRAPHS[1], PARAGRAPHS[0], *PARAGRAPHS[2:5]]
    assert leaf(root).seeds[0].pairs[0] == Pair(question="Who bred it?", answer="Ida Garrow")


@pytest.mark.parametrize("text", ["\n\n".join(PARAGRAPHS[2:]), DOCUMENT.replace("yellow", "green")])
def test_a_draft_of_another_text_is_kept(labci: Labci, root: Path, typed: contribute.Draft, text: str) -> None:
    put(root, "documents/roses.md", text)
    ended = labci("-C", root, *NEW, "--document", "documents/roses.md")
    assert (ended.code, contribute.draft(root, PATH)) == (0, typed)
    assert "1 question that you typed before is not in the leaf" in ended.err
    assert f".labci/new/{PATH}.json" in ended.err


def test_a_draft_stays_where_the_document_is_elsewhere(labci: Labci, root: Path, typed: contribute.Draft) -> None:
    ended = labci("-C", root, *NEW, "--document", f"https://example.org/x.git@{'a' * 40}:docs/*.md")
    assert (ended.code, contribute.draft(root, PATH)) == (0, typed)
    assert "1 question that you typed before is not in the leaf" in ended.err
