"""The rule naming-case-clash."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from labci.diagnostic import Diagnostic, Position
from labci.lintfile import LintFile
from labci.rules import Rule


class NamingCaseClash(Rule):
    """No two folders differ in upper and lower case only.

    Why: on Windows and macOS they are the same folder, and one of them is lost on checkout.

    Bad:
        knowledge/science/tides
        knowledge/science/Tides

    Good:
        knowledge/science/tides
        knowledge/science/tides_of_rivers
    """

    id = "naming-case-clash"
    group = "naming"

    def __init__(self) -> None:
        self.names: dict[Path, dict[str, list[str]]] = {}

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each folder of the leaf's path that has such a twin."""
        below, folder = file.leaf.below or (), file.leaf.folder
        for up in range(len(below)):
            place = folder if up == 0 else folder.parents[up - 1]
            alike = self._beside(place.parent).get(fold(place.name), [])
            twins = [name for name in alike if name != place.name]
            if twins:
                message = f"the folder {place.name!r} has a twin, {twins[0]!r}, that differs in case only"
                yield file.found(self, Position(), message, hint="rename one of them, or join them")

    def _beside(self, parent: Path) -> dict[str, list[str]]:
        if parent not in self.names:
            self.names[parent] = {}
            for name in sorted(entry.name for entry in parent.iterdir() if entry.is_dir()):
                self.names[parent].setdefault(fold(name), []).append(name)
        return self.names[parent]


def fold(name: str) -> str:
    """A name as file systems that ignore case and composition see it."""
    return unicodedata.normalize("NFC", name).casefold()
