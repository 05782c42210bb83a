"""What would mend lines of a pull request, as suggestions that its author takes over with one click.

They come from where a stranger had a hand in, and would speak with labci's voice: so each is held against the lines
that GitHub shows, and may only move words, or write a key of the format for another one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from labci import digest, schema
from labci.forges.github.changed import Changed
from labci.forges.github.reviews import Remark
from labci.report.excerpt import fenced

BODY = "labci can mend these lines: *Commit suggestion* takes one over, `labci lint --fix` most of them at once."
KEY = re.compile(r"(\s*(?:- +)*)([\w-]+)(:(?: .*)?)")  # with what stands before and after it on its line
FORMATS = ("v1/skill", "v2/skill", "v3/skill", "v3/knowledge", "heldout")


def to_remarks(value: Mapping[str, Any], files: Iterable[Changed]) -> list[Remark]:
    """Those that hold. value: schemas/pull-request.json. files: as GitHub tells them, with the lines of their diff."""
    return list(_remarks(value.get("suggestions", ()), {file.path: file for file in files}))


def _remarks(found: Iterable[Mapping[str, Any]], files: Mapping[str, Changed]) -> Iterator[Remark]:
    met = Counter[str]()  # the same lines may stand in a file twice
    for item in found:
        old = _shown(files.get(item["path"]), item["line"], item["end_line"])
        if not old or not sound(old, item["text"].split("\n")):
            continue
        same = digest.of_json([item["path"], old, item["text"]])
        met[same] += 1
        yield Remark(
            path=item["path"], line=item["line"], end_line=item["end_line"], body=_body(item),
            key=digest.of_json([same, met[same]]),
        )  # fmt: skip


def _shown(file: Changed | None, first: int, last: int) -> list[str]:
    """The lines, if one stretch of the diff shows them all."""
    for lines in file.hunks if file else ():
        if first in lines and last in lines:
            return [lines[number] for number in range(first, last + 1)]
    return []


def sound(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether lines say what others do: the same words on each, or one line with a known key for another."""
    if len(old) != len(new) or not all(map(str.isprintable, new)):
        return False
    if [row.split() for row in old] == [row.split() for row in new]:
        return True
    return len(new) == 1 and _key_for_another(old[0], new[0])


def _key_for_another(old: str, new: str) -> bool:
    """Whether a line is the other one with a key of the format in place of one that is none."""
    was, now = KEY.fullmatch(old), KEY.fullmatch(new)
    if was is None or now is None or was.group(1, 3) != now.group(1, 3):
        return False
    return now[2] in _known() and was[2] not in _known()


def _body(item: Mapping[str, Any]) -> str:
    return f"{item['rule']} (`labci explain {item['rule']}` says why):\n\n{fenced(item['text'], 'suggestion')}"


@cache
def _known() -> frozenset[str]:
    return frozenset(name for kind in FORMATS for name in _keys(schema.load(kind)))


def _keys(part: Any) -> Iterator[str]:
    """Names of all properties in a schema."""
    for name, below in part.get("properties", {}).items():
        yield name
        yield from _keys(below)
    yield from _keys(part["items"]) if "items" in part else ()
