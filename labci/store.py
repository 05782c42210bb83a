"""Content store: teacher responses, scores, accepted samples and documents, each under its digest.

An entry is a line `sha256:…` and JSON. The digest covers the entry's name and its JSON, so that one that was
damaged, cut off or moved counts as missing and is made again. Entries are written whole under a name of their
own and moved into place: two runs may share a store, and a killed run leaves nothing half.
A local folder by default, any fsspec URL by configuration.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from labci import digest
from labci.errors import OutsideError

Area = Literal["responses", "scores", "samples", "documents", "evaluations", "rates"]
MARK: Final = b"sha256:"
# Replay and offline runs need these long after they were made, so they outlive a power cut, too. A lost answer
# is asked again: syncing each would make writing it several times as slow (docs/design.md, "Content store").
SYNCED: Final = ("samples", "documents")


class Store:
    """A key is lower-case hex (a digest), a value JSON. damaged: how many entries were found to be so.

    tell: is given one note when the first damaged entry is met.
    """

    def __init__(self, url: str, tell: Callable[[str], object] | None = None) -> None:
        import fsspec  # a tenth of a second: not for commands without a store

        self.url, self.tell = url, tell
        self.damaged = 0
        try:
            self.files, self.root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise OutsideError(f"store {_shown(url)} can't be opened: {error}", hint="check `store:`") from error
        self.local = "file" in (
            self.files.protocol if isinstance(self.files.protocol, tuple) else (self.files.protocol,)
        )

    def get(self, area: Area, key: str) -> Any | None:
        """The value of an entry; None if there is none, or a damaged one."""
        try:
            data = bytes(self.files.cat_file(self._path(area, key)))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read", error) from error
        try:
            return _value(area, key, data)
        except ValueError:
            self._note(f"{area}/{key[:12]}…")
            return None

    def has(self, area: Area, key: str) -> bool:
        """Whether `get` finds a value."""
        return self.get(area, key) is not None

    def put(self, area: Area, key: str, value: Any) -> None:
        """Write an entry; an existing one is replaced as a whole."""
        data = _entry(area, key, value)
        try:
            if self.local:
                self._write(area, key, data, os.replace)
            else:  # object stores put whole objects
                self.files.pipe_file(self._path(area, key), data)
        except OSError as error:
            raise self._failure("written", error) from error

    def add(self, area: Area, key: str, value: Any) -> Any:
        """Write an entry unless there is one; returns what is there now: of two runs at once, what the first wrote."""
        if not self.local:
            if (found := self.get(area, key)) is not None:
                return found
            self.put(area, key, value)
            return value
        try:
            self._write(area, key, _entry(area, key, value), _link)
        except FileExistsError:
            if (found := self.get(area, key)) is not None:
                return found
            self.put(area, key, value)
        except OSError as error:
            raise self._failure("written", error) from error
        return value

    def _write(self, area: Area, key: str, data: bytes, place: Callable[[str, str], None]) -> None:
        """Write to a name of its own beside the entry, then move it there."""
        path = self._path(area, key)
        part = f"{path}.{uuid.uuid4().hex}.part"
        try:
            try:
                _write_file(part, data, sync=area in SYNCED)
            except FileNotFoundError:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                _write_file(part, data, sync=area in SYNCED)
            place(part, path)
        finally:
            Path(part).unlink(missing_ok=True)

    def _note(self, name: str) -> None:
        self.damaged += 1
        if self.damaged == 1 and self.tell is not None:
            self.tell(
                f"store: the entry {name} is damaged; it counts as missing and is made again, as are others like it"
            )

    def _failure(self, verb: str, error: OSError) -> OutsideError:
        return OutsideError(
            f"store {_shown(self.url)} can't be {verb}: {error.strerror or error}",
            hint="free some space or set `store:`; what is done is kept, run the same command again"
            if verb == "written"
            else "check the folder's permissions and the disk, or set `store:`",
        )

    def _path(self, area: Area, key: str) -> str:
        return f"{self.root}/{area}/{key[:2]}/{key}"


def _entry(area: Area, key: str, value: Any) -> bytes:
    content = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return b"%s%s\n%s" % (MARK, _digest(area, key, content), content)


def _digest(area: Area, key: str, content: bytes) -> bytes:
    return digest.of_bytes(b"%s/%s\n%s" % (area.encode(), key.encode(), content)).encode()


def _value(area: Area, key: str, data: bytes) -> Any:
    """Raises ValueError for a damaged entry. Stores of earlier versions hold JSON alone."""
    first, _, content = data.partition(b"\n")
    if first.startswith(MARK):
        if first != MARK + _digest(area, key, content):
            raise ValueError("another digest")
        return json.loads(content)
    return json.loads(data)


def _write_file(path: str, data: bytes, *, sync: bool) -> None:
    with Path(path).open("wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def _link(part: str, path: str) -> None:
    """Give a file its name unless that is taken (FileExistsError); where there are no links, take it anyway."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        os.replace(part, path)


def _shown(url: str) -> str:
    """The URL without user and password: secrets never appear in an error."""
    parts = urlsplit(url)
    return url.replace(f"{parts.netloc}", parts.hostname or "") if parts.username else url
