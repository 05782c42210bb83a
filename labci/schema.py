"""JSON Schemas that ship with labci: `schemas/` in the repository, `labci/schemas/` in the wheel."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a tenth of a second, and needed only to say what is wrong
    from jsonschema.protocols import Validator


def folder() -> Path:
    """Where the schema files are."""
    packaged = Path(str(resources.files("labci"))) / "schemas"
    return packaged if packaged.is_dir() else Path(str(resources.files("labci"))).parent / "schemas"


@cache
def load(name: str) -> Any:
    """A schema by its name below the folder, such as "labci" or "v3/knowledge"."""
    return json.loads((folder() / f"{name}.json").read_text("utf-8"))


# What `compiled` may meet: the library knows drafts 4 to 7, which mean the same by these words as 2020-12.
COMPILED = frozenset({
    "$schema", "$id", "title", "description", "examples", "type", "required", "properties", "additionalProperties",
    "items", "minItems", "uniqueItems", "minLength", "const", "anyOf", "enum", "pattern", "default",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
})  # fmt: skip


@cache
def compiled(name: str) -> Callable[[Any], bool]:
    """A quick test of validity, of a schema that uses the keywords `COMPILED` alone; it may be too strict.

    Generated code needs an eighth of the time of `validator`, which has to follow where it says no.
    """
    import fastjsonschema

    check = fastjsonschema.compile(load(name), use_default=False)

    def holds(value: Any) -> bool:
        try:
            check(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    return holds


def endless(value: Any) -> Iterator[tuple[str | int, ...]]:
    """The ways to numbers that YAML has and JSON has not (.inf, .nan): any maximum is passed by the latter.

    What stands in several places (an alias of YAML, which may name what it stands in) is looked at once.
    """
    seen: set[int] = set()
    left: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while left:
        way, item = left.pop()
        if isinstance(item, float) and not math.isfinite(item):
            yield way
        elif isinstance(item, dict | list) and id(item) not in seen:
            seen.add(id(item))
            inner = item.items() if isinstance(item, dict) else enumerate(item)
            left += [((*way, key), one) for key, one in inner]


def foreign(value: Any) -> Iterator[tuple[str | int, ...]]:
    """The ways to what YAML has and JSON has not: keys that are no text (7, yes), dates, a value within itself."""
    left: list[tuple[tuple[str | int, ...], Any, frozenset[int]]] = [((), value, frozenset())]
    while left:
        here, item, within = left.pop(0)
        if id(item) in within or not isinstance(item, dict | list | str | int | float | None):
            yield here
            continue
        inner = enumerate(item) if isinstance(item, list) else item.items() if isinstance(item, dict) else ()
        for key, one in inner:
            if isinstance(item, dict) and not isinstance(key, str):
                yield (*here, key)
            else:
                left.append(((*here, key), one, within | {id(item)}))


@cache
def validator(name: str) -> Validator:
    """A validator of draft 2020-12 for a schema."""
    return of(load(name))


def of(rules: Any) -> Validator:
    """A validator for a schema that is loaded already."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(rules)
