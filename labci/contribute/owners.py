"""Who must approve which files: the lines of CODEOWNERS, with the names of a repository's maintainers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labci.errors import UsageError

# What GitHub takes for an owner: a user, a team of an organisation, or an address.
OWNER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:/[A-Za-z0-9_.-]{1,100})?|[^@\s]+@[^@\s]+\.[^@\s]+")
ASKED = "Put in the names of people or teams and remove the '#' in front of the lines."
RULE = re.compile(r"#\s+(/\S+\s+)@your-organisation/maintainers")


def owned(template: str, owners: Sequence[str]) -> str:
    """The template with the lines that protect maintainers' files in force; as it is without an owner.

    Raises UsageError for what GitHub would not take for an owner: such a line protects nothing, and says nothing.
    """
    for owner in owners:
        if not OWNER.fullmatch(owner):
            raise UsageError(
                f"not a GitHub user, team or e-mail address: {owner!r}",
                hint="write @user, @organisation/team or name@example.org",
            )
    if not owners:
        return template
    lines = template.replace(f" {ASKED}", "").splitlines()
    names = " ".join(owners)
    return "".join(RULE.sub(lambda rule: f"{rule[1]}{names}", line) + "\n" for line in lines)
