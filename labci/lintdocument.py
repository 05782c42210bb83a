"""The words of leaves' documents, as contexts are compared with them, or why they can't be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from labci import quote
from labci.errors import LabciError
from labci.leaf import DocumentRef

Documents = Callable[[DocumentRef], "Iterable[tuple[str, str]] | None"]
KEPT = 8  # references that are remembered: leaves of one folder often share a document


class Words(NamedTuple):
    """The folded words of all documents of a reference. names: of the first of them, for messages."""

    names: str
    words: list[str]


Reading = Words | LabciError | None


class Reader:
    """Reads documents as path and text, by `documents`; None of it is what can't be read here, such as offline."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known: dict[DocumentRef, Reading] = {}

    def read(self, ref: DocumentRef) -> Reading:
        """The words of a reference's documents; the error that says why they can't be had."""
        if ref not in self._known:
            while len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[ref] = self._read(ref)
        return self._known[ref]

    def _read(self, ref: DocumentRef) -> Reading:
        names, words = list[str](), list[str]()
        try:
            found = self._documents(ref)
            for name, text in found or ():
                names.append(name)
                words += quote.fold(text)
        except LabciError as error:
            return error
        return None if found is None else Words(" and ".join(names[:3]) + " and others" * (len(names) > 3), words)
