"""The rule naming-nested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labci.diagnostic import Diagnostic, Position
from labci.leaf import LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

HINT = "move one of them to a folder of its own"


class NamingNested(Rule):
    """No leaf lies inside another.

    Why: a leaf is the end of a path: what is inside it belongs to it.

    Bad:
        knowledge/science/qna.yaml
        knowledge/science/tides/qna.yaml

    Good:
        knowledge/science/tides/qna.yaml
        knowledge/science/moons/qna.yaml
    """

    id = "naming-nested"
    group = "naming"

    def __init__(self) -> None:
        self.leaves: dict[Path, bool] = {}

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """Findings stand at the inner leaf; the same one is found whichever of the two is looked at."""
        below, folder = file.leaf.below or (), file.leaf.folder
        for up in range(1, len(below)):
            if self._is_leaf(folder.parents[up - 1]):
                yield file.found(self, Position(), f"this leaf lies inside the leaf {'/'.join(below[:-up])}", hint=HINT)
                break
        inside = below and any(name.endswith("/") for name in file.leaf.names)
        for inner in sorted(folder.glob(f"*/**/{LEAF_FILE}")) if inside else ():
            name = inner.relative_to(folder)
            between = (folder.joinpath(*name.parts[:depth]) for depth in range(1, len(name.parts) - 1))
            if not any(map(self._is_leaf, between)):
                message = f"this leaf lies inside the leaf {'/'.join(below)}"
                yield file.found(self, Position(), message, hint=HINT, name=name.as_posix())

    def _is_leaf(self, folder: Path) -> bool:
        if folder not in self.leaves:
            self.leaves[folder] = (folder / LEAF_FILE).is_file()
        return self.leaves[folder]
