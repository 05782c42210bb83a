"""What a file breaks of its JSON Schema, as values with exact places: the ground of the schema rules.

jsonschema finds the errors; this module turns each into the rule that names its keyword, a message that names
the value, and the position of the offending node (of the key for an unknown key).
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from labci import schema
from labci.diagnostic import Position
from labci.node import Node, Path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

SHOWN = 40  # characters of a value in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken constraint. `rule` is the id of the lint rule, `path` leads to the offending node.

    replacement: what probably belongs at the position instead, "" where nothing is known.
    """

    rule: str
    path: Path
    position: Position
    message: str
    hint: str = ""
    replacement: str = ""


def violations(node: Node, name: str) -> Iterator[Violation]:
    """All violations of the schema `name` (such as "v3/knowledge") by a parsed file, in no special order."""
    if schema.compiled(name)(node.value):
        return
    seen: set[Path] = set()
    for error in _validator(name).iter_errors(node.value):
        path: Path = tuple(error.absolute_path)
        if error.validator == "required":  # one error per missing key; `_required` tells all of a mapping
            if path in seen:
                continue
            seen.add(path)
        yield from _KEYWORDS.get(error.validator, _other)(node, path, error)


def place(path: Path) -> str:
    """A path in words, counted from 1: `answer (seed_examples 4)`."""
    if not path:
        return "the file"
    pairs = zip(path, (*path[1:], None), strict=True)
    steps = [
        f"{key} {after + 1}" if isinstance(after, int) else str(key) for key, after in pairs if isinstance(key, str)
    ]
    if isinstance(path[-1], int):
        return ", ".join(steps)
    return f"{path[-1]} ({', '.join(steps[:-1])})" if steps[:-1] else str(path[-1])


def describe(value: Any) -> str:
    """A value in words: what a contributor sees in the file."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case datetime.date():
            return f"the date {value}"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a mapping with the keys {', '.join(map(str, value))[:80]}" if value else "an empty mapping"
    text = str(value)
    return f"the text {text[:SHOWN] + '…' if len(text) > SHOWN else text!r}"


def nearest(word: str, known: list[str], free: Sequence[str] = ()) -> str:
    """A hint for an unknown name: the most similar known one, else the list. free: those that may be meant."""
    close = closest(word, free or known)
    return f"did you mean {close}?" if close else f"known here: {', '.join(known)}"


def closest(word: str, known: Sequence[str]) -> str:
    """The known name that an unknown one resembles most, "" if it resembles none."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)), "")


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    kind = extend(Draft202012Validator, {"uniqueItems": _unique_items})  # type: ignore[no-untyped-call]
    return kind(schema.load(name))  # type: ignore[no-any-return]


def _unique_items(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    # jsonschema's own check compares every pair; this one is linear and says which entry repeats which.
    from jsonschema.exceptions import ValidationError

    first: dict[Any, int] = {}
    if wanted and isinstance(instance, list):
        for index, item in enumerate(instance):
            key = _hashable(item)
            if first.setdefault(key, index) != index:
                yield ValidationError(str(first[key]), path=[index])


def _hashable(value: Any) -> Any:
    """Equal for values that are equal in JSON's sense; YAML's keys may be of any type."""
    match value:
        case dict():
            return frozenset((_hashable(key), _hashable(item)) for key, item in value.items())
        case list():
            return tuple(map(_hashable, value))
        case bool():
            return bool, value  # 1 == True in Python
    return value


def _required(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    instance: Any = error.instance
    whole = node.position_of(*path)
    key = node.key_position_of(*path, next(iter(instance))) if instance else whole
    same = (key.line, key.column) == (whole.line, whole.column)
    known = error.schema["properties"]  # type: ignore[index]
    for name in error.validator_value:  # type: ignore[union-attr]
        if name not in instance:
            meant = difflib.get_close_matches(name, [str(other) for other in instance if other not in known], n=1)
            line = node.key_position_of(*path, meant[0]).line if meant else 0
            yield Violation(
                rule="schema-required",
                path=path,
                position=key if same else whole,
                message=f"{place(path)} has no {name}",
                hint=f"did you mean {name} by {meant[0]!r} in line {line}?"
                if meant
                else f"add a line such as: {_example(error, name)}",
            )


def _example(error: ValidationError, name: str) -> str:
    rules: Mapping[str, Any] = error.schema["properties"][name]  # type: ignore[index]
    if "const" in rules:
        return f"{name}: {rules['const']}"
    if rules.get("type") in ("array", "object"):
        return f"{name}:  (then the entries below it, indented)"
    return f"{name}: {rules.get('examples', ['…'])[0]}"


def _unknown(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    instance: Any = error.instance
    known = list(error.schema["properties"])  # type: ignore[index]
    for name in instance:
        if name not in known:
            free = [item for item in known if item not in instance]
            yield Violation(
                rule="schema-unknown-key",
                path=(*path, name),
                position=node.key_position_of(*path, name),
                message=f"unknown key {str(name)[:SHOWN]!r} in {place(path)}",
                hint=nearest(str(name), known, free),
                replacement=closest(str(name), free),
            )


_TYPES = {"string": "text", "array": "a list", "object": "a mapping", "integer": "a whole number"}


def _type(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    value, wanted = error.instance, str(error.validator_value)
    yield Violation(
        rule="schema-type",
        path=path,
        position=node.position_of(*path),
        message=f"{place(path)} is {describe(value)}; it must be {_TYPES.get(wanted, wanted)}",
        hint=_type_hint(node, path, value, wanted),
    )


def _type_hint(node: Node, path: Path, value: Any, wanted: str) -> str:
    name = path[-1] if path else ""
    if wanted == "string" and isinstance(value, (bool, int, float, datetime.date)):
        return f'put the value in quotes: {name}: "{node.written(*path)}"'
    if wanted == "string" and value is None:
        return f"write the text after '{name}:'"
    if wanted == "string":
        return "write text; if it holds ': ' or starts with '- ', put it in quotes or in a block after '|'"
    if wanted == "array":
        return "write one entry a line, each after '- '"
    if wanted == "integer" and isinstance(value, str) and value.isdigit():
        return f"write it without quotes: {name}: {value}"
    return "write 'key: value' lines below it, indented by two spaces" if wanted == "object" else ""


def _min_items(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    have, need = len(error.instance), int(error.validator_value)  # type: ignore[arg-type]
    yield Violation(
        rule="schema-min-items",
        path=path,
        position=node.position_of(*path),
        message=f"{place(path)} has {have} {'entry' if have == 1 else 'entries'}; at least {need} needed",
        hint=f"add {need - have} more",
    )


def _min_length(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    yield Violation(
        rule="schema-min-length",
        path=path,
        position=node.position_of(*path),
        message=f"{place(path)} is empty",
        hint=str(error.schema.get("description", "")),  # type: ignore[union-attr]
    )


def _unique(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    twin = node.position_of(*path[:-1], int(error.message))
    yield Violation(
        rule="schema-unique-items",
        path=path,
        position=node.position_of(*path),
        message=f"{place(path)} repeats entry {int(error.message) + 1} (line {twin.line})",
        hint="remove or change it",
    )


def _other(node: Node, path: Path, error: ValidationError) -> Iterator[Violation]:
    yield Violation(
        rule="schema-value",
        path=path,
        position=node.position_of(*path),
        message=f"{place(path)}: {error.message[:200]}",
        hint=str(error.schema.get("description", "")),  # type: ignore[union-attr]
    )


_KEYWORDS: dict[Any, Callable[[Node, Path, Any], Iterator[Violation]]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "type": _type,
    "minItems": _min_items,
    "minLength": _min_length,
    "uniqueItems": _unique,
}
