"""Documents as generation reads them: from this repository and from others, by glob, within limits."""

from __future__ import annotations

import io
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.config import DocumentSettings
from labci.digest import of_bytes
from labci.documents import Document, matches, read, to_text
from labci.errors import OutsideError, UsageError
from labci.git import Repository
from labci.leaf import DocumentRef
from labci.store import Store
from labci.taxonomy import FolderSource, Source
from tests.git.make import commit, repository, write


class Reader:
    """`read` with its folders below a temporary one."""

    def __init__(self, folder: Path, source: Source, allow: tuple[str, ...] = ("https", "file")) -> None:
        self.folder, self.source = folder, source
        self.settings = DocumentSettings(allow=allow, max_bytes=1000)

    def __call__(self, repo: str, commit: str, *patterns: str, repository: Repository | None = None) -> list[Document]:
        ref = DocumentRef(repo=repo, commit=commit, patterns=patterns)
        found = read(
            ref,
            source=self.source,
            repo_cache=self.folder / "cache",
            settings=self.settings,
            store=Store(str(self.folder / "store")),
            repository=repository,
        )
        return list(found)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    files = {
        "docs/a.md": "# A\n",
        "docs/deep/er/b.txt": "B",
        "docs/picture.png": b"\x89PNG",
        "c.md": "C",
        "docs/large.md": "x" * 1001,
        "docs/latin.txt": b"caf\xe9",
    }
    repo = repository(tmp_path / "r")
    (repo.root / "docs").mkdir()
    (repo.root / "docs/link.md").symlink_to("/etc/hostname")
    (repo.root / "linked").symlink_to("docs")
    commit(repo, files)
    return repo


@pytest.fixture
def reader(tmp_path: Path, repo: Repository) -> Reader:
    return Reader(tmp_path, repo.tree(repo.resolve("HEAD")))


def test_head_of_this_repository_is_the_commit_being_read(reader: Reader, repo: Repository) -> None:
    (found,) = reader(".", "HEAD", "docs/a.md")
    sha = of_bytes(b"# A\n")
    assert found == Document(repo=".", commit=repo.resolve("HEAD"), path="docs/a.md", sha256=sha, text="# A\n")


def test_another_commit_of_this_repository(reader: Reader, repo: Repository) -> None:
    old = repo.resolve("HEAD")
    commit(repo, {"c.md": "Changed"})
    assert [item.text for item in reader(".", old, "c.md", repository=repo)] == ["C"]
    with pytest.raises(UsageError, match="only HEAD"):
        reader(".", old, "c.md")


def test_files_on_disk(tmp_path: Path, repo: Repository) -> None:
    write(repo.root / "c.md", "Not committed")
    (found,) = Reader(tmp_path, repo.worktree())(".", "HEAD", "c.md")
    assert (found.text, found.commit) == ("Not committed", "worktree")
    (found,) = Reader(tmp_path, FolderSource(repo.root))(".", "HEAD", "c.md")
    assert found.text == "Not committed"


def test_globs_and_each_file_once(reader: Reader) -> None:
    found = reader(".", "HEAD", "**/[ab].*", "*.md")
    assert [item.path for item in found] == ["c.md", "docs/a.md", "docs/deep/er/b.txt"]


@pytest.mark.parametrize(
    "pattern",
    [
        "nothing.md",
        "/etc/hostname",
        "../r/c.md",
        "docs/../c.md",
        "docs/link.md",
        "linked/a.md",
        "DOCS/a.md",
        "docs/a",
        "docs",
        "docs/",
        "",
        "-x/*",
        "a\0b/*.md",
        ".git/config",
        "docs/*/b.txt",
    ],
)
def test_a_pattern_that_names_no_file_is_named(reader: Reader, pattern: str) -> None:
    with pytest.raises(UsageError, match="matches no file") as caught:
        reader(".", "HEAD", "c.md", pattern)
    assert repr(pattern) in caught.value.message


def test_what_cannot_be_read_as_text_is_named(reader: Reader) -> None:
    with pytest.raises(UsageError, match="1,001 bytes; the limit is 1,000"):
        reader(".", "HEAD", "docs/large.md")
    with pytest.raises(UsageError, match=r"latin.txt is not UTF-8 \(byte 3\)"):
        reader(".", "HEAD", "docs/latin.txt")
    with pytest.raises(UsageError, match=r"'docs/picture.png'.*can't be read"):
        reader(".", "HEAD", "docs/*.png")


def test_a_remote_document_is_read_once(reader: Reader, repo: Repository, tmp_path: Path) -> None:
    url, sha = f"file://{repo.root}", repo.resolve("HEAD")
    first = reader(url, sha, "docs/a.md", "c.md")
    assert [(item.repo, item.commit, item.path) for item in first] == [
        (url, sha, "c.md"),
        (url, sha, "docs/a.md"),
    ]
    repo.root.rename(tmp_path / "gone")
    (tmp_path / "cache").rename(tmp_path / "gone-too")
    assert reader(url, sha, "docs/a.md", "c.md") == first
    with pytest.raises(OutsideError):
        reader(url, sha, "docs/*.md")


def test_the_allow_list_holds_for_what_is_stored_too(tmp_path: Path, reader: Reader, repo: Repository) -> None:
    url, sha = f"file://{repo.root}", repo.resolve("HEAD")
    assert reader(url, sha, "c.md")
    strict = Reader(tmp_path, reader.source, allow=("https",))
    for name in (url, str(repo.root), "http://example.org/x"):
        with pytest.raises(UsageError, match="not allowed"):
            strict(name, sha, "c.md")


def test_a_commit_that_is_not_there(reader: Reader, repo: Repository) -> None:
    with pytest.raises(OutsideError, match="is not in"):
        reader(f"file://{repo.root}", "1" * 40, "c.md")


def pdf(*pages: str) -> bytes:
    """A real PDF with the lines of each page."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(200, 200)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = " ".join(f"0 -14 Td ({line}) Tj" for line in text.split("\n"))
        stream.set_data(f"BT /F1 12 Tf 10 180 Td {shown} ET".encode() if text else b"")
        page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(how: str) -> bytes:
    """A PDF that says it is encrypted in some way."""
    lock = f"/Encrypt << {how} /O <00> /U <00> /P -1 >> /ID [<00> <00>]"
    return pdf("text").replace(b"trailer\n<<", f"trailer\n<< {lock}".encode())


def test_pdf_text_page_by_page() -> None:
    assert to_text(pdf("The oak", "The elm"), "a.PDF", "here", 1000) == "The oak\n\nThe elm"


def test_pdf_sentences_and_words_go_on_over_ends_of_lines_and_pages() -> None:
    found = to_text(pdf("The oak stands on the vil-\nlage green, which", "is old."), "a.pdf", "", 999)
    assert " ".join(found.split()) == "The oak stands on the village green, which is old."
    assert "\n\n" not in found


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"not a pdf", "can't be read as PDF"),
        (b"", "can't be read as PDF"),
        (b"%PDF-1.7\n" * 9, "can't be read"),
        (pdf(""), "holds no text"),
        (pdf("x" * 500, "y" * 501), "limit is 1,000"),
        (pdf("cut")[:300], "PDF|no text"),
        (locked("/Filter /FOPN_foweb /V 1"), "can't be read as PDF: .*encryption"),
        (locked("/Filter /Standard /V 9 /R 9"), "can't be read as PDF"),
    ],
)
def test_pdfs_that_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        to_text(data, "a.pdf", "here", 1000)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a.md", "a.md", True),
        ("a.md", "b/a.md", False),
        ("*.md", "b/a.md", False),
        ("*/*.md", "b/a.md", True),
        ("**/*.md", "a.md", True),
        ("**/*.md", "x/y/a.md", True),
        ("x/**", "x/y/a.md", True),
        ("x/**", "x", False),
        ("x/**/a.md", "x/a.md", True),
        ("x/**/a.md", "x/b/c/a.md", True),
        ("**", "a", True),
        ("**/**", "a", True),
        ("[ab].md", "a.md", True),
        ("[!ab].md", "a.md", False),
        ("?.md", "ab.md", False),
        ("a**b", "axb", True),
        ("x/**/y/**/z", "x/1/y/2/3/z", True),
        ("x/**/y/**/z", "x/1/2/3/z", False),
        ("", "a", False),
    ],
)
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


segments = st.lists(st.text(string.ascii_lowercase + ".-_ ", min_size=1, max_size=8), min_size=1, max_size=5)


@given(segments)
def test_a_plain_pattern_matches_itself_alone(parts: list[str]) -> None:
    path = "/".join(parts)
    assert matches(path, path)
    assert not matches(path, f"{path}/x")
    assert not matches(path, f"x/{path}")


@given(segments, segments)
def test_two_stars_stand_for_any_folders(before: list[str], between: list[str]) -> None:
    path = "/".join([*before, *between, "a.md"])
    assert matches("/".join([*before, "**", "a.md"]), path)
    assert matches("**", path)
    assert matches("/".join(["*"] * (len(before) + len(between) + 1)), path)


@pytest.mark.timeout(20)
def test_a_hostile_pattern_does_not_backtrack() -> None:
    assert not matches("*a" * 60 + "b", "a" * 4000)
    assert not matches("**/a/" * 200 + "b", "a/" * 2000 + "c")
