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
        self.seen: set[Path] = set()

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """Findings stand at the inner leaf, once, whichever of the two is looked at."""
        leaf = file.leaf
        for up in range(1, len(leaf.below or ())):
            if (leaf.folder.parents[up - 1] / LEAF_FILE).is_file() and leaf.folder not in self.seen:
                self.seen.add(leaf.folder)
                outer = "/".join((leaf.below or ())[:-up])
                yield file.found(self, Position(), f"this leaf lies inside the leaf {outer}", hint=HINT)
        for inner in sorted(leaf.folder.glob(f"*/**/{LEAF_FILE}")) if leaf.below else ():
            if inner.parent not in self.seen:
                self.seen.add(inner.parent)
                name = inner.relative_to(leaf.folder).as_posix()
                message = f"this leaf lies inside the leaf {'/'.join(leaf.below or ())}"
                yield file.found(self, Position(), message, hint=HINT, name=name)
