"""Pure parsers of what git prints with `-z`, and of tree objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from labci.errors import UsageError

GONE = "000000"  # the mode of what is not there
FileStatus = Literal["added", "modified", "renamed", "removed"]


class FileChange(NamedTuple):
    """A changed file; `old` is the path before a rename, else None."""

    status: FileStatus
    path: str
    old: str | None = None


class Node(NamedTuple):
    """An entry of a tree object. `mode` is octal text as git stores it, such as 100644 or 40000."""

    mode: str
    id: str


def is_file(mode: str) -> bool:
    """Whether a mode is a regular file: neither link (120000), submodule (160000) nor folder (40000)."""
    return mode.startswith("100")


def text(path: bytes) -> str:
    """A path of git as text; one that is not UTF-8 is an error, since no report could name it."""
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = path.decode("utf-8", "backslashreplace")
        raise UsageError(f"the file name {shown} is not UTF-8", hint="rename the file") from error


def listing(records: Iterable[bytes]) -> Iterator[tuple[str, Node]]:
    """`git ls-tree -r -z`: path and node of every regular file."""
    for record in records:
        about, _, path = record.partition(b"\t")
        mode, _, rest = about.decode("ascii").partition(" ")
        if is_file(mode):
            yield text(path), Node(mode, rest.split()[1])


def tree(data: bytes, width: int = 20) -> dict[bytes, Node]:
    """Names of a tree object, which is a run of `MODE SP NAME NUL ID` with IDs of `width` raw bytes."""
    nodes: dict[bytes, Node] = {}
    at = 0
    while at < len(data):
        space, end = data.index(b" ", at), data.index(b"\0", at)
        mode, name = data[at:space].decode("ascii"), data[space + 1 : end]
        at = end + 1 + width
        nodes[name] = Node(mode, data[end + 1 : at].hex())
    return nodes


def changes(records: Iterable[bytes]) -> Iterator[FileChange]:
    """`git diff-tree -r -z -M` (raw format): changes of regular files.

    A file that becomes a link is removed, a link that becomes a file is added: nothing else ever reads links.
    """
    for before, after, letter, old, path in _rows(records):
        yield from _change(letter, path, old, was=is_file(before), now=is_file(after))


def irregular(records: Iterable[bytes]) -> Iterator[str]:
    """Of the same format, the paths that are links or submodules now."""
    for _, after, _, _, path in _rows(records):
        if after != GONE and not is_file(after):
            yield path


def _rows(records: Iterable[bytes]) -> Iterator[tuple[str, str, str, str | None, str]]:
    """Mode before and after, letter of the status, old path of a rename or copy, path."""
    fields = iter(records)
    for head in fields:
        if not head.startswith(b":"):
            continue  # the commit id that some calls print first
        before, after, _, _, letter = head[1:].decode("ascii").split()
        path = text(next(fields))
        old, path = (path, text(next(fields))) if letter[0] in "RC" else (None, path)
        yield before, after, letter[0], old, path


def _change(letter: str, path: str, old: str | None, *, was: bool, now: bool) -> Iterator[FileChange]:
    if letter == "C":
        was, old = False, None  # the copied file is still there
    if was and now:
        yield FileChange("renamed" if old else "modified", path, old)
    elif now:
        yield FileChange("added", path)
    elif was:
        yield FileChange("removed", old or path)


def people(record: str) -> list[str]:
    """Names in `AUTHOR US TRAILER US TRAILER …` (US is 0x1f), without their e-mail addresses."""
    names = [part.partition("<")[0].strip() for part in record.split("\x1f")]
    return [name.partition("@")[0].strip() for name in names if name.partition("@")[0].strip()]
