"""What the JSON Schema of a step's answer may be: found out before a teacher is asked, and paid, for answers to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

REFERENCES = ("$ref", "$dynamicRef")
LOCAL = "#/"


def trouble(shape: Mapping[str, Any]) -> str:
    """What is wrong with a schema (draft 2020-12), and where in it; "" for a good one."""
    if found := _no_schema(shape):
        return found
    return next((f"{_at(way)}: {found}" for way, part in _parts(shape) if (found := _no_reference(part, shape))), "")


def _no_schema(shape: Mapping[str, Any]) -> str:
    """Patterns are read, too: one that is no regular expression would end the run."""
    from jsonschema import Draft202012Validator as Validator
    from jsonschema import SchemaError

    try:
        Validator.check_schema(shape, format_checker=Validator.FORMAT_CHECKER)
    except SchemaError as error:
        return f"{_at(error.absolute_path)}: {error.message}"
    return ""


def _no_reference(part: Mapping[str, Any], shape: Mapping[str, Any]) -> str:
    """Nothing is fetched, and nothing goes round in circles: what is named is here, and names nothing itself."""
    for key in REFERENCES:
        named = part.get(key)
        if not isinstance(named, str):
            continue  # a property may be called so
        target = _named(named, shape) if key == "$ref" and named.startswith(LOCAL) else None
        if target is None:
            return f"{key} {named!r} names nothing of this schema: write it out, or below $defs"
        if any(name in inner for _, inner in _parts(target) for name in REFERENCES):
            return f"{key} {named!r} names a part that has a reference of its own: write that out"
    return ""


def _named(pointer: str, shape: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Any = shape
    for name in pointer.removeprefix(LOCAL).split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _parts(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """The mappings of a value, each with the way to it."""
    if isinstance(value, dict):
        yield way, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _parts(one, (*way, key))


def _at(way: Sequence[str | int]) -> str:
    return ".".join(map(str, ("answer", *way)))
