"""The rule document-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci import quote
from labci.diagnostic import Diagnostic, Position, Severity
from labci.errors import LabciError, OutsideError
from labci.leaf import DocumentRef, Leaf
from labci.lintfile import Documents, LintFile
from labci.node import Path, pointer
from labci.quote import Closest
from labci.rules import Rule

SHOWN = 160  # characters of a passage in a hint
KEPT = 8  # references whose text is remembered: leaves of one folder often share a document


class DocumentContext(Rule):
    """A context is a passage of the leaf's document.

    Why: the teacher reads the document, the reviewer the context: where they differ, the model is
    taught something else than was reviewed. White space and Markdown's markup don't count. Documents
    of this repository at HEAD are read, and with --online all others, too.

    Bad:
        # the document says: The dome is 9 metres wide.
        context: The dome is 8 metres wide.

    Good:
        context: The dome is 9 metres wide.
    """

    id = "document-context"
    group = "document"
    severity: Severity = "warning"
    after = ("yaml", "schema", "document-pattern")

    def __init__(self) -> None:
        self._texts: dict[tuple[int, DocumentRef], tuple[str, list[str]]] = {}

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each context that the document does not have; or why the document can't be read."""
        leaf, documents = file.leaf.leaf, file.leaf.documents
        if leaf is None or documents is None or leaf.document is None:
            return
        try:
            found = self._text(leaf.document, documents)
        except LabciError as error:
            path: Path = ("document", "commit" if isinstance(error, OutsideError) else "patterns")
            yield file.found_at(self, path, str(error), hint=error.hint, severity="error")
            return
        for path, closest in _departures(leaf, found[1]) if found else ():
            message, hint = _words(closest, found[0]) if found else ("", "")
            at = _place(file, file.at(*path), closest.at) if closest else file.at(*path)
            yield file.found(self, at, message, hint=hint, pointer=pointer(path))

    def _text(self, ref: DocumentRef, documents: Documents) -> tuple[str, list[str]] | None:
        """Names and folded words of a reference's documents; None if it can't be read here."""
        key = (id(documents), ref)
        if key not in self._texts:
            found = documents(ref)
            if found is None:
                return None
            names, words = [], []
            for name, text in found:
                names.append(name)
                words += quote.fold(text)
            while len(self._texts) >= KEPT:
                del self._texts[next(iter(self._texts))]
            self._texts[key] = " and ".join(names[:3]) + (" and others" if len(names) > 3 else ""), words
        return self._texts[key]


def _departures(leaf: Leaf, words: list[str]) -> Iterator[tuple[Path, Closest | None]]:
    """Ways to the contexts that a document doesn't have, with what it has instead."""
    whole = " ".join(words)
    for path, text in leaf.texts():
        context = quote.fold(text) if path[-1] == "context" else []
        if context and not quote.quotes(context, whole):
            yield path, quote.closest(context, words)


def _place(file: LintFile, at: Position, number: int) -> Position:
    """Where the word `number` of a value stands, as far as its lines fold to the words of the whole."""
    for line in range(at.line, at.end_line + 1):
        text = file.lines[line - 1]
        first = at.column - 1 if line == at.line else len(text) - len(text.lstrip())
        row = quote.fold("" if line == at.line and text[first : first + 1] in ("|", ">") else text[first:])
        if number < len(row):
            column = max(first, text.find(row[number], first))
            return Position(line=line, column=column + 1, end_line=line, end_column=column + len(row[number]) + 1)
        number -= len(row)
    return at


def _words(found: Closest | None, names: str) -> tuple[str, str]:
    if found is None:
        return f"nothing in {names} is like this context", "copy a passage, or name its document in document.patterns"
    message = f"the context says {found.here!r}, {names} says {found.there!r}"
    return message, f"copy the passage as it stands: {_excerpt(found)}"


def _excerpt(found: Closest) -> str:
    """The passage, cut to what lies around the first difference."""
    start = max(0, found.start - SHOWN // 2) if len(found.passage) > SHOWN else 0
    start = found.passage.find(" ", start) + 1 if start else 0
    rest = found.passage[start:]
    return "…" * (start > 0) + rest[:SHOWN] + "…" * (len(rest) > SHOWN)
