"""The rule naming-file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labci.diagnostic import Diagnostic, Position
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import Rule

NAMES = {"qna": LEAF_FILE, "heldout": HELDOUT_FILE, "attribution": ATTRIBUTION_FILE}


class NamingFile(Rule):
    """A leaf's files are called qna.yaml, heldout.yaml and attribution.txt, exactly.

    Why: other names are not read, so their content would be missing in silence.

    Bad:
        knowledge/science/tides/qna.yml

    Good:
        knowledge/science/tides/qna.yaml
    """

    id = "naming-file"
    group = "naming"

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """The leaf's main file under another name, missing or a link; then near misses beside it."""
        name = file.path.name
        if file.path.is_symlink():
            yield file.found(self, Position(), f"{name} is a link", hint="put the file itself here")
        elif not file.exists:
            message = f"there is no {LEAF_FILE} in this folder"
            yield file.found(self, Position(), message, hint="labci new writes one")
        elif name != LEAF_FILE:
            message = f"a leaf's file is called {LEAF_FILE}, not {name}"
            yield file.found(self, Position(), message, hint="rename it")
        for other, right in near_misses(file.leaf.names):
            if other != name:
                message = f"{other} is not read; its name should be {right}"
                yield file.found(self, Position(), message, hint="rename it, or remove it", name=other)


def near_misses(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names in a folder that were probably meant to be one of a leaf's, each with the right one."""
    for name in names:
        stem, _, ending = name.casefold().partition(".")
        right = NAMES.get(stem)
        if right and name != right and ending in ("", "yaml", "yml", "txt", "md", "yaml.txt", "txt.txt"):
            yield name, right
