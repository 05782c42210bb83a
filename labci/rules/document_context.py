"""The rule document-context."""

from __future__ import annotations

from collections.abc import Iterator

from labci import quote
from labci.config import DocumentSettings
from labci.diagnostic import Diagnostic, Position, Severity
from labci.errors import LabciError
from labci.leaf import HERE, DocumentRef, Leaf
from labci.lintfile import LintFile
from labci.node import pointer
from labci.quote import Closest
from labci.rules import Rule
from labci.taxonomy import Source

KEPT = 8  # references whose text is remembered: leaves of one folder often share a document


class DocumentContext(Rule):
    """A context is a passage of the leaf's document.

    Why: the teacher reads the document, the reviewer the context: where they differ, the model is
    taught something else than was reviewed. White space and Markdown's markup don't count.
    Checked for documents of the same repository at HEAD.

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
        leaf, source = file.leaf.leaf, file.leaf.source
        if leaf is None or source is None or leaf.document is None or _elsewhere(leaf.document):
            return
        try:
            names, words = self._text(leaf.document, source, file.leaf.config.documents)
        except LabciError as error:
            at = leaf.position_of("document", "patterns")
            yield file.found(self, at, str(error), hint=error.hint, severity="error", pointer="/document/patterns")
            return
        for at, where, message, hint in _departures(leaf, names, words):
            yield file.found(self, at, message, hint=hint, pointer=where)

    def _text(self, ref: DocumentRef, source: Source, settings: DocumentSettings) -> tuple[str, list[str]]:
        """Names and folded words of a reference's documents; an error names what is wrong with the pattern."""
        from labci import documents

        key = (id(source), ref)
        if key not in self._texts:
            found = list(documents.here(ref, source, settings.max_bytes))
            while len(self._texts) >= KEPT:
                del self._texts[next(iter(self._texts))]
            names = " and ".join(item.path for item in found[:3]) + (" and others" if len(found) > 3 else "")
            self._texts[key] = names, [word for item in found for word in quote.fold(item.text)]
        return self._texts[key]


def _elsewhere(ref: DocumentRef) -> bool:
    return (ref.repo, ref.commit) != (HERE, "HEAD")


def _departures(leaf: Leaf, names: str, words: list[str]) -> Iterator[tuple[Position, str, str, str]]:
    whole = " ".join(words)
    for path, text in leaf.texts():
        context = quote.fold(text)
        if path[-1] == "context" and context and not quote.quotes(context, whole):
            message, hint = _words(quote.closest(context, words), names)
            yield leaf.position_of(*path), pointer(path), message, hint


def _words(found: Closest | None, names: str) -> tuple[str, str]:
    if found is None:
        return f"nothing in {names} is like this context", "copy a passage, or name its document in document.patterns"
    closest = found.passage if len(found.passage) <= 160 else f"{found.passage[:160]}…"
    message = f"the context says {found.here!r}, {names} says {found.there!r}"
    return message, f"copy the passage as it stands: {closest}"
