"""Content store: teacher responses, scores, accepted samples and documents, each under its digest.

Entries are immutable and written atomically, so two runs may share a store, and a killed run leaves
only whole entries. A local folder by default, any fsspec URL by configuration.
"""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from labci.errors import OutsideError

Area = Literal["responses", "scores", "samples", "documents", "evaluations", "rates"]


class Store:
    """A key is lower-case hex (a digest). Values are JSON, or bytes for documents."""

    def __init__(self, url: str) -> None:
        import fsspec  # a tenth of a second: not for commands without a store

        self.url = url
        try:
            self.files, self.root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise OutsideError(f"store {_shown(url)} can't be opened: {error}", hint="check `store:`") from error
        self.local = "file" in (
            self.files.protocol if isinstance(self.files.protocol, tuple) else (self.files.protocol,)
        )

    def get(self, area: Area, key: str) -> Any | None:
        """The JSON value of an entry, or None."""
        data = self.get_bytes(area, key)
        return None if data is None else json.loads(data)

    def put(self, area: Area, key: str, value: Any) -> None:
        """Write an entry; an existing one is replaced as a whole."""
        self.put_bytes(area, key, json.dumps(value, ensure_ascii=False).encode("utf-8"))

    def has(self, area: Area, key: str) -> bool:
        """Whether there is an entry."""
        return bool(self.files.exists(self._path(area, key)))

    def get_bytes(self, area: Area, key: str) -> bytes | None:
        """The bytes of an entry, or None."""
        try:
            return bytes(self.files.cat_file(self._path(area, key)))
        except FileNotFoundError:
            return None

    def put_bytes(self, area: Area, key: str, data: bytes) -> None:
        """Write to a name of its own beside the entry, then move it into place."""
        path = self._path(area, key)
        part = f"{path}.{uuid.uuid4().hex}.part"
        try:
            self.files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            if not self.local:  # object stores put whole objects
                self.files.pipe_file(path, data)
                return
            Path(part).write_bytes(data)
            os.replace(part, path)
        except OSError as error:
            if self.local:
                Path(part).unlink(missing_ok=True)
            raise OutsideError(
                f"store {_shown(self.url)} can't be written: {error.strerror or error}",
                hint="free some space or set `store:`; what is done is kept, run the same command again",
            ) from error

    def _path(self, area: Area, key: str) -> str:
        return f"{self.root}/{area}/{key[:2]}/{key}"


def _shown(url: str) -> str:
    """The URL without user and password: secrets never appear in an error."""
    parts = urlsplit(url)
    return url.replace(f"{parts.netloc}", parts.hostname or "") if parts.username else url
