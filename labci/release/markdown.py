"""Markdown of text that contributors wrote: it stays text, inside its cell, and makes no link and no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SPECIAL = "\\`*_[]|~#"


def escaped(text: str) -> str:
    """One line of literal text."""
    for char in SPECIAL:
        text = text.replace(char, "\\" + char)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("://", ":&#47;&#47;")
    return " ".join(text.split())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
