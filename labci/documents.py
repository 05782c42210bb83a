"""Documents of knowledge leaves: the files that a pinned commit's patterns name, as text.

Patterns are matched against the paths that git lists at that commit, so they can't leave the tree, and links
don't exist there. A remote repository is read once; the text stays in the content store.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from labci import digest
from labci.config import DocumentSettings
from labci.errors import LabciError, UsageError
from labci.git import Repository, Tree, Worktree, check_url, fetch_blobs, fetch_commit
from labci.leaf import DOCUMENT_SUFFIXES, HERE, DocumentRef
from labci.store import Store
from labci.taxonomy import Entry, Source

MAX_PAGES = 2000
READER = 2  # raised when the same bytes would give another text; part of the store's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of a leaf's documents. `sha256` is of its bytes, `text` what generation reads."""

    repo: str
    commit: str
    path: str
    sha256: str
    text: str


def read(
    ref: DocumentRef, *, source: Source, repo_cache: Path, settings: DocumentSettings, store: Store,
    repository: Repository | None = None,
) -> Iterator[Document]:  # fmt: skip
    """The documents of a reference, by path.

    `source` has the files at the commit being read, which is what `repo: .` with `commit: HEAD` means;
    another commit of `.` is read from `repository`. UsageError: a pattern that matches nothing, a file too
    large or not readable as text, a kind of URL that `settings.allow` leaves out. OutsideError: the
    fetch failed. Both say in `at` which entry of the leaf is to blame.
    """
    if ref.repo != HERE:
        yield from _remote(ref, repo_cache, settings, store)
        return
    if ref.commit != "HEAD":
        if repository is None:
            raise UsageError(f"{ref}: only HEAD of this repository can be read here", hint="use HEAD")
        source = _pinned(ref.commit, repository)
    yield from here(ref, source, settings.max_bytes)


def _pinned(commit: str, repository: Repository) -> Tree:
    try:
        return repository.tree(commit)
    except UsageError as error:
        hint = "write the full id of a commit (git log -1 --format=%H), or HEAD for the documents as they are"
        if "shallow" in error.hint:
            hint = error.hint
        message = f"commit {commit!r} is not in this repository"
        raise UsageError(message, hint=hint, at=("document", "commit")) from error


@contextmanager
def _blaming(*entry: str | int) -> Iterator[None]:
    """Errors that don't say which entry of `document:` they come from come from this one."""
    try:
        yield
    except LabciError as error:
        error.at = error.at or ("document", *entry)
        raise


def here(ref: DocumentRef, source: Source, max_bytes: int) -> Iterator[Document]:
    """The documents of a reference to `repo: .`, `commit: HEAD`, without store or network; errors as of `read`."""
    yield from _documents(ref, _commit(source), source, max_bytes)


def offline(
    ref: DocumentRef, source: Source, settings: DocumentSettings, repository: Path
) -> Iterator[tuple[str, str]] | None:
    """Path and text of each document of this repository; None for others, and for commits that a shallow clone lacks.

    source: its files at HEAD. repository: its folder, for those at another commit.
    """
    if ref.repo != HERE:
        return None
    if not ref.at_head:
        try:
            place = Repository.open(repository)
        except UsageError:  # no repository at all: files in a folder
            return None
        if place.is_shallow():
            return None
        source = _pinned(ref.commit, place)
    return ((item.path, item.text) for item in here(ref, source, settings.max_bytes))


def matches(pattern: str, path: str) -> bool:
    """Whether a glob names a path: `*`, `?` and `[…]` within one folder, `**` across any number of them.

    Linear in the product of both lengths: a pattern is a stranger's, and must not backtrack.
    """
    parts, names = pattern.split("/"), path.split("/")
    reached = {0}  # how many names the parts so far may have taken
    for number, part in enumerate(parts, 1):
        if part == "**":
            # At the end it stands for at least a file.
            least = min(reached, default=len(names) + 1) + (number == len(parts))
            reached = set(range(least, len(names) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(names) and fnmatchcase(names[at], part)}
    return len(names) in reached


def _commit(source: Source) -> str:
    if isinstance(source, Tree):
        return source.sha
    return "worktree" if isinstance(source, Worktree) else "folder"


def _remote(ref: DocumentRef, repo_cache: Path, settings: DocumentSettings, store: Store) -> Iterator[Document]:
    with _blaming("repo"):
        check_url(ref.repo, settings.allow)
    rows = store.get("documents", _key(ref, settings))
    if rows is None:
        with _blaming("repo"):
            place = fetch_commit(ref.repo, ref.commit, repo_cache, settings.allow, private=settings.private)
            tree = place.tree(ref.commit)
            fetch_blobs(place, ref.repo, ref.commit, _blobs(ref, tree), private=settings.private)
        rows = [asdict(item) for item in _documents(ref, ref.commit, tree, settings.max_bytes)]
        store.put("documents", _key(ref, settings), rows)
    yield from (Document(**row) for row in rows)


def stored(ref: DocumentRef, *, settings: DocumentSettings, store: Store) -> Iterator[Document]:
    """The documents of another repository as `read` has kept them; none where it hasn't, or of this repository."""
    yield from (Document(**row) for row in store.get("documents", _key(ref, settings)) or ())


def _key(ref: DocumentRef, settings: DocumentSettings) -> str:
    """Where the store keeps the documents of a reference."""
    return digest.of_json(["documents", READER, ref.repo, ref.commit, ref.patterns, settings.max_bytes])


def _blobs(ref: DocumentRef, tree: Tree) -> Iterator[str]:
    """Ids of the files that will be read."""
    for entry in (entry for pattern in ref.patterns for entry in _matching(tree, pattern)):
        if entry.path.lower().endswith(DOCUMENT_SUFFIXES):
            yield entry.blob


def _documents(ref: DocumentRef, commit: str, source: Source, max_bytes: int) -> Iterator[Document]:
    for path, number in _paths(ref, source):
        with _blaming("patterns", number):
            data, text = _read(source, path, _where(ref, path), max_bytes)
        yield Document(repo=ref.repo, commit=commit, path=path, sha256=digest.of_bytes(data), text=text)


def _where(ref: DocumentRef, path: str) -> str:
    """A document as a message names it."""
    if ref.at_head:
        return path
    return f"{path} of commit {ref.commit[:12]}" if ref.repo == HERE else f"{ref.repo}@{ref.commit[:12]}:{path}"


def _read(source: Source, path: str, where: str, max_bytes: int) -> tuple[bytes, str]:
    size = source.size(path) or 0
    if size > max_bytes:
        raise _too_large(where, size, max_bytes)
    data = source.read(path) or b""
    if len(data) > max_bytes:
        raise _too_large(where, len(data), max_bytes)
    return data, to_text(data, path, where, max_bytes)


def _paths(ref: DocumentRef, source: Source) -> list[tuple[str, int]]:
    """Each file once, by path, with the number of the first pattern that names it."""
    found: dict[str, int] = {}
    for number, pattern in enumerate(ref.patterns):
        all_paths = [entry.path for entry in _matching(source, pattern)]
        readable = [path for path in all_paths if path.lower().endswith(DOCUMENT_SUFFIXES)]
        if not readable:
            with _blaming("patterns", number):
                raise _nothing(ref, pattern, all_paths)
        for path in readable:
            found.setdefault(path, number)
    return sorted(found.items())


def _matching(source: Source, pattern: str) -> Iterator[Entry]:
    if not pattern.isprintable() or pattern.startswith("/") or ".." in pattern.split("/"):
        return  # no path of a tree is like this
    if _is_name(pattern) and not isinstance(source, Worktree):  # on disk, git has to say what is ignored
        blob = source.blob(pattern)
        if blob is not None:
            yield Entry(path=pattern, blob=blob)
        return
    for entry in source.entries(_folder(pattern)):
        if matches(pattern, entry.path):
            yield entry


def _is_name(pattern: str) -> bool:
    """Whether a pattern is a path as git writes it, so that no folder needs listing."""
    return not set(pattern) & set("*?[") and PurePosixPath(pattern).as_posix() == pattern


def _folder(pattern: str) -> str:
    """The folders before the first wildcard: nothing else needs listing."""
    plain: list[str] = []
    for part in pattern.split("/")[:-1]:
        if set(part) & set("*?["):
            break
        plain.append(part)
    return "/".join(plain)


def _nothing(ref: DocumentRef, pattern: str, unreadable: Sequence[str]) -> LabciError:
    where = "this repository" if ref.repo == HERE else f"{ref.repo}@{ref.commit[:12]}"
    if unreadable:
        message = f"pattern {pattern!r} matches {unreadable[0]!r} in {where}, which can't be read"
        return UsageError(message, hint=f"documents are {', '.join(DOCUMENT_SUFFIXES)}; convert it, or name another")
    return UsageError(
        f"pattern {pattern!r} matches no file in {where}",
        hint="paths start at the repository's root; ** stands for any folders",
    )


def _too_large(where: str, size: int, max_bytes: int) -> LabciError:
    hint = "split the document, or raise documents.max_bytes in labci.yaml"
    return UsageError(f"{where} has {size:,} bytes; the limit is {max_bytes:,}", hint=hint)


def to_text(data: bytes, path: str, where: str, max_bytes: int) -> str:
    """The text of a file by its suffix; `where` names it in errors."""
    if PurePosixPath(path).suffix.lower() == ".pdf":
        return _pdf(data, where, max_bytes)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        hint = "save the document as UTF-8"
        raise UsageError(f"{where} is not UTF-8 (byte {error.start})", hint=hint) from error


def _joined(pages: Sequence[str]) -> str:
    """One text: a sentence goes on over the end of a page, and a word over the end of a line."""
    text = ""
    for page in filter(None, map(str.strip, pages)):
        goes_on = text and page[0].islower() and text[-1] not in ".!?:"
        text += ("\n" if goes_on else "\n\n") + page
    return re.sub(r"(?<=[^\W\d_])-\n(?=[a-zß-ÿ])", "", text.strip())


def _pdf(data: bytes, where: str, max_bytes: int) -> str:
    from pypdf import PdfReader

    pages: list[str] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        if len(reader.pages) > MAX_PAGES:
            raise UsageError(f"{where} has over {MAX_PAGES} pages", hint="name the part that matters")
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > max_bytes:
                raise _too_large(f"the text of {where}", sum(map(len, pages)), max_bytes)
    except LabciError:
        raise
    # A hostile, locked or broken file makes pypdf fail in many ways, not only by its own errors.
    except Exception as error:
        hint = "save it anew, or as .md or .txt"
        raise UsageError(f"{where} can't be read as PDF: {error}", hint=hint) from error
    text = _joined(pages)
    if not text:
        raise UsageError(f"{where} holds no text, only pictures", hint="give the text as .md or .txt")
    return text
