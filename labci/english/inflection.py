"""Forms of English verbs that a question needs and its sentence has not: "is" for "are", "makes" for "make"."""

from __future__ import annotations

from typing import Final

from labci.english.lexicon import IRREGULAR

SINGULAR: Final = {"are": "is", "were": "was", "have": "has", "do": "does", "'re": "is"}
PAST: Final = {base: past for past, base in IRREGULAR.items() if past not in ("were", "was")}


def third(base: str) -> str:
    """Present tense behind "what" or "who": "carry" gives "carries"."""
    if base in ("be", "have", "do", "go"):
        return {"be": "is", "have": "has", "do": "does", "go": "goes"}[base]
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z")) else f"{base}s"


def past(base: str, participle: str) -> str:
    """Past tense, given the participle: "write" and "written" give "wrote"; "" where it is not known."""
    if base in PAST:
        return PAST[base]
    return participle if participle.endswith("ed") else ""
