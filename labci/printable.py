"""Somebody else's text on a terminal: nothing in it acts."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text without what could move the cursor, hide or reorder: such characters as `\\x1b` or `\\u202e`."""
    return "".join(_safe(character) for character in text)


def _safe(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
