"""Which training phase teaches which row of a mixture (LAB, arXiv 2403.01081, section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

KNOWLEDGE = ("short", "long")  # phases of samples; anything else is a skill's or general
FOUNDATIONAL = "foundational_skills/"
KINDS = ("short", "long", "foundational", "compositional")


def is_knowledge(row: Mapping[str, Any]) -> bool:
    """Whether a row teaches knowledge."""
    return row["phase"] in KNOWLEDGE


def kind_of(row: Mapping[str, Any]) -> str:
    """One of KINDS, or "general" for a row of the general set."""
    if row["source"] == "general":
        return "general"
    if is_knowledge(row):
        return str(row["phase"])
    return "foundational" if row["leaf"].startswith(FOUNDATIONAL) else "compositional"


def takes(name: str, names: Sequence[str]) -> frozenset[str]:
    """The kinds that the phase `name` of the phases `names` teaches: of two phases no kind is both's.

    Where LAB's second phase is missing, its neighbours take what it would: `short` long answers, `skills` the
    foundational ones; without `short`, `long` has all knowledge. General rows are in every phase, and nobody's.
    """
    table = {
        "stacked": set(KINDS),
        "knowledge": set(KNOWLEDGE),
        "short": {"short"} | (set() if "long" in names else {"long"}),
        "long": {"long", "foundational"} | (set() if "short" in names else {"short"}),
        "skills": {"compositional"} | (set() if "long" in names else {"foundational"}),
    }
    return frozenset(table[name])


def teaches(name: str, running: Sequence[str]) -> frozenset[str]:
    """The kinds that a phase of those that run has rows of: the last one has also what no other phase takes.

    Of phases that only something new asks for, replay of a kind with nothing new may have no phase of its own.
    """
    if name != running[-1]:
        return takes(name, running)
    return frozenset(KINDS).difference(*(takes(other, running) for other in running[:-1]))


def owner(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """The phase that teaches a row; "" for general rows and for what no phase takes."""
    kind = kind_of(row)
    return next((name for name in names if kind in takes(name, names)), "")
