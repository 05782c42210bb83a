"""Digests: one spelling of sha256 over bytes, text and JSON, so that every module agrees on keys."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def of_bytes(data: bytes) -> str:
    """sha256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def of_json(value: Any) -> str:
    """sha256 of canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return of_bytes(text.encode("utf-8"))


def of_file(path: Path) -> str:
    """sha256 of a file, read in pieces."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            state.update(piece)
    return state.hexdigest()


def of_folder(path: Path) -> str:
    """sha256 over the relative name and the digest of every file below `path`, in order."""
    names = sorted(item for item in path.rglob("*") if item.is_file())
    return of_json([[item.relative_to(path).as_posix(), of_file(item)] for item in names])


def whole(text: str) -> str:
    """The text with a ? for each half of a surrogate pair, which has no UTF-8, and so no digest: JSON may bear them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fold(text: str) -> str:
    """Unicode NFC with every run of white space as one space: what seed digests compare."""
    return " ".join(unicodedata.normalize("NFC", text).split())
