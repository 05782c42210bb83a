"""The document of a knowledge leaf: found where a person means it, read as lint will read it."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from labci import documents, remote
from labci.config import DocumentSettings
from labci.errors import UsageError
from labci.leaf import DOCUMENT_SUFFIXES, HERE, DocumentRef
from labci.rules.document_pattern import trouble
from labci.taxonomy import FolderSource, Source

REMOTE = re.compile(r"(?P<repo>\S+)@(?P<commit>[0-9a-f]{40}|[0-9a-f]{64}):(?P<pattern>.+)")
MOST_NAMES = 5000  # of documents among which a mistyped one is looked for
ANOTHER = "name a .md, .txt or .pdf file with the text in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document. name: seen from the repository's root. text: None for another repository's, which is not fetched."""

    name: str
    ref: DocumentRef
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where documents are. root: of the repository. here: the folder that relative names start from, first."""

    root: Path
    here: Path
    source: Source
    settings: DocumentSettings

    def find(self, given: str) -> Found:
        """The document that is meant; UsageError where lint would not find it, or find no text in it."""
        ref = reference(self.root, self.here, given)
        problem = trouble(ref.patterns[0])
        if problem:
            raise UsageError(problem[0], hint=problem[1])
        if ref.repo != HERE:
            remote.checked(ref.repo, self.settings.allow)
            return Found(name=given, ref=ref, text=None)
        text = self._read(ref)
        if not text.strip():
            raise UsageError(f"the document {given!r} is empty", hint=ANOTHER)
        if "\0" in text and not ref.patterns[0].lower().endswith(".pdf"):
            raise UsageError(f"the document {given!r} is no text: it has NUL bytes", hint=ANOTHER)
        return Found(name=unescaped(ref.patterns[0]), ref=ref, text=text)

    def _read(self, ref: DocumentRef) -> str:
        try:
            return "\n\n".join(item.text for item in documents.here(ref, self.source, self.settings.max_bytes))
        except UsageError as error:
            folder = ref.patterns[0].rpartition("/")[0]
            if any(documents.matches(ref.patterns[0], entry.path) for entry in self.source.entries(folder)):
                raise
            hint = "take it out of .gitignore, or copy it elsewhere, so that it is sent with the leaf"
            raise UsageError(f"git ignores the document {ref.patterns[0]}", hint=hint) from error


def reference(root: Path, here: Path, given: str) -> DocumentRef:
    """A reference to `REPO@COMMIT:PATTERN`, or to a file: seen from `here`, else from the repository's root."""
    found = REMOTE.fullmatch(given)
    if found:
        return DocumentRef(repo=found["repo"], commit=found["commit"], patterns=(found["pattern"],))
    for folder in (here, root):
        file = folder / given
        if given and "\0" not in given and _is_file(file) and file.resolve().is_relative_to(root.resolve()):
            name = file.resolve().relative_to(root.resolve()).as_posix()
            return DocumentRef(repo=HERE, commit="HEAD", patterns=(glob.escape(name),))
    raise UsageError(f"there is no document {given!r}", hint=_hint(root, here, given))


def unescaped(pattern: str) -> str:
    """The name that `glob.escape` made a pattern of."""
    return re.sub(r"\[([*?[])\]", r"\1", pattern)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _hint(root: Path, here: Path, given: str) -> str:
    if given and "\0" not in given and _is_file(here / given):
        return "it lies outside of this repository: copy it into documents/ first"
    every = (entry.path for entry in FolderSource(root).entries())
    names = list(islice((name for name in every if name.lower().endswith(DOCUMENT_SUFFIXES)), MOST_NAMES))
    # What is mistyped is mostly the folder, or a letter of the name.
    last = {name.rpartition("/")[2].casefold(): name for name in reversed(names)}
    close = get_close_matches(given.rpartition("/")[2].casefold(), last, n=1, cutoff=0.7) if given else []
    if close:
        return f"did you mean {last[close[0]]}?"
    return "name a .md, .txt or .pdf file of this repository, or REPO@COMMIT:PATTERN"
