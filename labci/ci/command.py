"""What a comment asks labci for: `/labci VERB [ARGUMENT]` in its first line."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"/labci(?:[ \t]+(?P<verb>\S+)(?:[ \t]+(?P<argument>.*))?)?")
# In the order of help. The settings `commands:` have one entry for each: who may use it.
VERBS = {
    "help": "this list",
    "lint": "check the pull request again",
    "plan": "what generating and training would cost",
    "preview": "`/labci preview [COMMIT]`: generate some samples, and ask the released model the new questions",
    "approve": "`/labci approve COMMIT`: let the project's keys be used for a preview of this commit",
    "explain": "`/labci explain RULE`: why a rule is there, with an example",
    "retry": "run again what failed",
}
ROLES = ("anyone", "author", "triager", "maintainer")  # each may what those before it may


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """verb: as it was written, which may be none of `VERBS`; "help" where there was none. argument: "" if none."""

    verb: str
    argument: str


def parse(body: str) -> Command | None:
    """The command of a comment; None if its first line is none, such as that of a quotation or of a code block."""
    first, *_ = body.splitlines() or [""]
    found = LINE.fullmatch(first.rstrip())
    if not found:
        return None
    return Command(verb=(found["verb"] or "help").lower(), argument=(found["argument"] or "").strip())


def may(role: str, needed: str) -> bool:
    """Whether somebody of a role may do what takes another one."""
    return ROLES.index(role) >= ROLES.index(needed)
