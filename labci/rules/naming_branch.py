"""The rule naming-branch."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position
from labci.leaf import BRANCHES
from labci.lintfile import LintFile
from labci.rules import Rule


class NamingBranch(Rule):
    """A leaf is a folder below knowledge, foundational_skills or compositional_skills.

    Why: the branch decides how samples are generated and in which phase they are taught.

    Bad:
        taxonomy/skills/letters/qna.yaml

    Good:
        taxonomy/compositional_skills/writing/letters/qna.yaml
    """

    id = "naming-branch"
    group = "naming"

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """A leaf of the taxonomy outside of the branches, or a branch's own folder as a leaf."""
        below = file.leaf.below
        if below is None:
            return
        if file.leaf.branch is None:
            message = f"{below[0]!r} is no branch of the taxonomy" if below else "the root is no leaf"
            yield file.found(self, Position(), message, hint=f"move it below {', '.join(BRANCHES)}")
        elif len(below) < 2:
            message = f"the branch {below[0]} itself is no leaf"
            hint = f"move it to a folder such as {below[0]}/subject/topic"
            yield file.found(self, Position(), message, hint=hint)
