"""The rule document-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci import quote
from labci.diagnostic import Diagnostic, Position, Severity
from labci.leaf import Leaf
from labci.lintdocument import Words
from labci.lintfile import LintFile
from labci.node import Path, pointer
from labci.quote import Closest
from labci.rules import Rule

SHOWN = 160  # characters of a passage in a hint


class DocumentContext(Rule):
    """A context is a passage of the leaf's document.

    Why: the teacher reads the document, the reviewer the context: where they differ, the model is
    taught something else than was reviewed. White space and Markdown's markup don't count.

    Bad:
        # the document says: The dome is 9 metres wide.
        context: The dome is 8 metres wide.

    Good:
        context: The dome is 9 metres wide.
    """

    id = "document-context"
    group = "document"
    severity: Severity = "warning"
    after = ("yaml", "schema", "document-unreadable")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each context that the documents don't have, at the first word that differs."""
        leaf, found = file.leaf.leaf, file.leaf.reading
        if leaf is None or not isinstance(found, Words):
            return
        for path, closest in _departures(leaf, found.words):
            message, hint = _words(closest, found.names)
            at = _place(file, file.at(*path), closest.at) if closest else file.at(*path)
            yield file.found(self, at, message, hint=hint, pointer=pointer(path))


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
