"""How a contribution is called: its subject line and its branch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from labci.change import Status

VERBS: Mapping[Status, str] = {"added": "Add", "modified": "Change", "renamed": "Move", "removed": "Remove"}
MAX_SUBJECT = 200  # GitHub takes 256 characters for a title
MAX_BRANCH = 60


def subject(leaves: Mapping[str, Status]) -> str:
    """`Add knowledge/science/bridges and 2 more leaves`; "" for no leaf. `leaves` maps paths to what happened."""
    if not leaves:
        return ""
    first, *others = sorted(leaves)
    if len(others) > 1:
        first = f"{first} and {len(others)} more leaves"
    elif others:
        first = f"{first} and {others[0]}"
    return f"{_verb(leaves)} {first}"[:MAX_SUBJECT]


def branch_name(leaves: Mapping[str, Status], taken: Callable[[str], bool]) -> str:
    """`add-knowledge-science-bridges`, with a number behind it if there is such a branch."""
    first = next(iter(sorted(leaves)), "leaves")
    words = re.findall(r"[a-z0-9]+", f"{_verb(leaves)}-{first}".lower())
    name = "-".join(words)[:MAX_BRANCH].rstrip("-")
    if not taken(name):
        return name
    number = 2
    while taken(f"{name}-{number}"):
        number += 1
    return f"{name}-{number}"


def _verb(leaves: Mapping[str, Status]) -> str:
    """One status for all, else what a mixture is: a change."""
    found = set(leaves.values())
    return VERBS[found.pop()] if len(found) == 1 else VERBS["modified"]
