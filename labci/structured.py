"""Read the JSON object that a teacher was asked for, also out of a fence or a sentence around it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

import jsonschema

from labci import digest

TRAILING = re.compile(r",(?=\s*[}\]])")
STARTS = 8  # places where an object may begin
MOST = 20_000  # characters of an answer that are read: more is no object of a few sentences


def read_object(text: str, shape: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The first object in a text that satisfies the JSON Schema `shape`, or None and what is wrong with it."""
    text = text[:MOST]
    trouble = "no JSON object"
    check = jsonschema.Draft202012Validator(shape)
    for found in islice(re.finditer(r"\{", text), STARTS):
        value = _decoded(text[found.start() :])
        if not isinstance(value, dict):
            continue
        problem = next(iter(check.iter_errors(value)), None)
        if problem is None:
            return value, ""
        trouble = f"{'.'.join(map(str, problem.absolute_path)) or 'the object'}: {problem.message}"[:200]
        break  # what comes after the first object is no better
    return None, trouble


def _decoded(text: str) -> Any:
    for attempt in (text, TRAILING.sub("", text)):
        try:
            return _whole(json.JSONDecoder(strict=False).raw_decode(attempt)[0])
        except (ValueError, RecursionError):
            continue
    return None


def _whole(value: Any) -> Any:
    """The value without half surrogate pairs: "\\ud83d" in an answer, cut inside of a character, is legal JSON."""
    return json.loads(digest.whole(json.dumps(value, ensure_ascii=False)))
