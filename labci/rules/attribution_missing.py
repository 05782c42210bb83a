"""The rule attribution-missing."""

from __future__ import annotations

from collections.abc import Iterator

from labci.attribution import KEYS
from labci.diagnostic import Diagnostic, Position
from labci.leaf import ATTRIBUTION_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class AttributionMissing(Rule):
    """From version 2 on, attribution.txt lies beside qna.yaml.

    Why: the model card names the source and licence of everything the model was taught.

    Bad:
        knowledge/science/tides/qna.yaml alone

    Good:
        knowledge/science/tides/qna.yaml
        knowledge/science/tides/attribution.txt
    """

    id = "attribution-missing"
    group = "attribution"
    after = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding, at the place where the file should be."""
        if file.version >= 2 and file.leaf.file(ATTRIBUTION_FILE) is None:
            keys = "; ".join(f"{key}: …" for key in KEYS)
            hint = f"write it with the lines {keys}"
            yield file.found(self, Position(), f"{ATTRIBUTION_FILE} is missing", hint=hint, name=ATTRIBUTION_FILE)
