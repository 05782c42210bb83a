"""Read the JSON object that a teacher was asked for, also out of a fence or a sentence around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema

from labci import digest

TRAILING = re.compile(r",(?=\s*[}\]])")
STARTS = 200  # places where an object may begin that are tried
MOST = 20_000  # characters of an answer that are read: more is no object of a few sentences


def read_object(text: str, shape: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The last object in a text that satisfies the JSON Schema `shape`, or None and what is wrong with the last one.

    The last, as who thinks aloud, or repeats what was asked for, answers behind that. What lies inside of an object is
    none by itself.
    """
    last, trouble = None, "no JSON object"
    check = jsonschema.Draft202012Validator(shape)
    for value in _objects(text[-MOST:]):  # who thinks aloud for long answers behind that
        problem = next(iter(check.iter_errors(value)), None)
        if problem is None:
            last = value
        else:
            place = ".".join(map(str, problem.absolute_path)) or "the object"
            trouble = f"{place}: {problem.message}"[:200]
    return last, "" if last is not None else trouble


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a text, in order; of one inside of another only the outer one."""
    readings = (text, TRAILING.sub(" ", text))  # of the same length
    place = 0
    for start in [match.start() for match in re.finditer(r"\{", text)][-STARTS:]:
        if start < place:
            continue
        value, place = _decoded(readings, start)
        if value is not None:
            yield value


def _decoded(readings: Sequence[str], start: int) -> tuple[dict[str, Any] | None, int]:
    """The object that begins there, None for none, and where to go on."""
    for text in readings:
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(text, start)
            return _whole(value), end
        except (ValueError, RecursionError):
            continue
    return None, start + 1


def _whole(value: Any) -> Any:
    """The value without half surrogate pairs: "\\ud83d" in an answer, cut inside of a character, is legal JSON."""
    return json.loads(digest.whole(json.dumps(value, ensure_ascii=False)))
