"""The rule naming-folder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position
from labci.lintfile import LintFile
from labci.rules import Rule

WORDS = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class NamingFolder(Rule):
    """Folders are lower-case words joined by underscores.

    Why: names stay the same on every system and in every URL, and prompts can spell them out.

    Bad:
        knowledge/Natural Science/tides

    Good:
        knowledge/natural_science/tides
    """

    id = "naming-folder"
    group = "naming"

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each folder of the leaf's path that is named otherwise."""
        for name in (file.leaf.below or ())[1:]:
            if not WORDS.fullmatch(name):
                better = "_".join(re.findall(r"[a-z0-9]+", name.casefold()))
                hint = f"rename it to {better}" if better else "use the letters a to z and digits"
                message = f"the folder {name!r} is not of lower-case words with underscores"
                yield file.found(self, Position(), message, hint=hint)
