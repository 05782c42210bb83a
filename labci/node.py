"""YAML read into plain values with the position of every node.

Aliases, tags, several documents and duplicate keys are refused on parser *events*, before any value is
built, and so are files over the caps: a 306-byte alias bomb never expands (docs/design.md, "YAML").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from labci.diagnostic import Position
from labci.problem import Problem as Problem
from labci.problem import YamlProblem as YamlProblem
from labci.problem import decode as decode
from labci.problem import of_character, of_syntax
from labci.problem import problem as _problem

Path = tuple[str | int, ...]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_DIGITS = 1_000  # of a number
MAX_NODES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A parsed file: `value` is plain data; `positions` has every value, `keys` every mapping key.

    text: the file, as it was parsed.
    """

    value: Any
    positions: Mapping[Path, Position] = field(default_factory=dict)
    keys: Mapping[Path, Position] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    def position_of(self, *path: str | int) -> Position:
        """Position of the value at `path`, or of its nearest existing parent."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position())

    def written(self, *path: str | int) -> str:
        """How a value of one line stands in the file."""
        at = self.position_of(*path)
        return self.text.split("\n")[at.line - 1][at.column - 1 : at.end_column - 1]

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every text of the value, keys too, with the way to it."""
        stack: list[tuple[Path, Any]] = [((), self.value)]
        while stack:
            path, value = stack.pop()
            if isinstance(value, str):
                yield path, value
            elif isinstance(value, dict):
                yield from (((*path, key), key) for key in value if isinstance(key, str))
                stack += [((*path, key), item) for key, item in value.items()]
            elif isinstance(value, list):
                stack += [((*path, number), item) for number, item in enumerate(value)]

    def key_position_of(self, *path: str | int) -> Position:
        """Position of the key that leads to `path`; of its value where it is a list item."""
        return self.keys.get(path) or self.position_of(*path)


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Node:
    """Read UTF-8 YAML bytes into a `Node`; raises `YamlProblem` with the exact place."""
    if len(data) > max_bytes:
        raise _problem(
            "yaml-too-large",
            Position(),
            f"the file has {len(data):,} bytes; the limit is {max_bytes:,}",
            "split the leaf into several leaves",
        )
    text = decode(data)
    return _Builder(text).build()


def blocks(text: str) -> Iterator[tuple[int, int, int]]:
    """First line, last line and indentation of every block scalar (`|`, `>`) of a text that `parse` accepts.

    The first line is the one with the `|`; lines count from 1.
    """
    places = _Places(text)
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            whole, first = places.source(event), places.span(event).line
            rows = [row for row in whole.split("\n")[1:] if row.strip()]
            indent = min((len(row) - len(row.lstrip(" ")) for row in rows), default=0)
            yield first, first + len(whole.split("\n")) - 1, indent


class _Places:
    """Parser marks as positions. Lines end at line feeds only, as editors count them."""

    def __init__(self, text: str) -> None:
        self.text = text
        # YAML 1.1 also breaks lines at these; only then its own line numbers can't be used.
        odd = any(mark in text for mark in "\x85\u2028\u2029")
        odd = odd or ("\r" in text and re.search("\r(?!\n)", text) is not None)
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))] if odd else []

    def span(self, event: yaml.Event, last: yaml.Event | None = None) -> Position:
        """Where an event is, or the events from one to another."""
        start: Any = event.start_mark
        end: Any = (last or event).end_mark
        if not self.starts:
            return Position(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        return Position(*self._count(start.index), *self._count(end.index))

    def _count(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    def source(self, event: yaml.Event) -> str:
        """The text of an event as it stands in the file."""
        start: Any = event.start_mark
        end: Any = event.end_mark
        return self.text[start.index : end.index]

    def scalar(self, event: yaml.ScalarEvent) -> Position:
        """A scalar up to its last character; the parser ends blocks where the next token begins."""
        at = self.span(event)
        if event.style not in ("|", ">"):
            return at
        whole = self.source(event).rstrip()
        lines, tail = whole.count("\n"), len(whole) - whole.rfind("\n")
        end = tail if lines else at.column + len(whole)
        return Position(line=at.line, column=at.column, end_line=at.line + lines, end_column=end)

    def collection(self, start: yaml.Event, end: yaml.Event, last: Position | None) -> Position:
        """A list or mapping up to the end of its last entry, or to the closing bracket."""
        at = self.span(start, end)
        if last is None or getattr(start, "flow_style", False):
            return at
        return Position(line=at.line, column=at.column, end_line=last.end_line, end_column=last.end_column)


_RESOLVER = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCT = yaml.constructor.SafeConstructor()


def _scalar(event: yaml.ScalarEvent, at: Position) -> Any:
    """The plain value of a scalar, by YAML 1.1's implicit rules as PyYAML's safe loader has them."""
    if not event.implicit[0]:
        return event.value
    tag = "tag:yaml.org,2002:str"
    for candidate, pattern in _RESOLVER.get(event.value[:1], []):
        if pattern.match(event.value):
            tag = candidate
            break
    if tag.endswith((":str", ":merge", ":value")):
        return event.value
    if tag.endswith((":int", ":float")) and len(event.value) > MAX_DIGITS:  # Python writes no int of 4,301 digits
        raise _problem("yaml-syntax", at, f"a number of {len(event.value):,} digits", "put the value in quotes")
    try:
        return _CONSTRUCT.construct_object(yaml.ScalarNode(tag, event.value))
    except (ValueError, OverflowError) as error:  # such as the date 2024-13-45
        shown = event.value[:40]
        raise _problem("yaml-syntax", at, f"{shown!r}: {str(error)[:100]}", "put the value in quotes") from error


class _Builder:
    """Walks events once; depth and node counts are capped as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = _Places(text)
        self.positions: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        self.nodes = 0

    def build(self) -> Node:
        try:
            events = self._checked(yaml.parse(self.text, Loader=yaml.CSafeLoader))
            value = self._document(events)
        except yaml.MarkedYAMLError as error:
            raise of_syntax(error, self.text) from error
        except yaml.reader.ReaderError as error:
            raise of_character(self.text) from error
        return Node(value=value, positions=self.positions, keys=self.keys, text=self.text)

    def _checked(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        depth = documents = 0
        for event in events:
            if type(event) is yaml.ScalarEvent and not event.anchor and not event.tag and self.nodes < MAX_NODES:
                self.nodes += 1  # most events are such
                yield event
                continue
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _problem(
                        "yaml-documents",
                        self.places.span(event),
                        "the file holds more than one YAML document",
                        "remove this '---' line",
                    )
            if isinstance(event, (yaml.AliasEvent, yaml.NodeEvent)):
                self._refuse(event)
                self.nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or self.nodes > MAX_NODES:
                what = f"nested deeper than {MAX_DEPTH}" if depth > MAX_DEPTH else f"over {MAX_NODES:,} nodes"
                raise _problem("yaml-too-large", self.places.span(event), f"the YAML is {what}")
            yield event

    def _refuse(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if not event.anchor and not tag:  # an alias has its target's name as its anchor
            return
        at, name = self.places.span(event), str(event.anchor)[:40]
        if isinstance(event, yaml.AliasEvent):
            raise _problem("yaml-alias", at, f"alias *{name} is not allowed", "write the value out")
        if event.anchor:
            raise _problem("yaml-alias", at, f"anchor &{name} is not allowed", "remove the anchor")
        shown = str(tag).replace("tag:yaml.org,2002:", "!!")[:40]
        raise _problem("yaml-tag", at, f"tag {shown} is not allowed", "remove the tag; use quotes for text")

    def _document(self, events: Iterator[yaml.Event]) -> Any:
        value: Any = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, ())
        return value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            at = self.positions[path] = self.places.scalar(event)
            return _scalar(event, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, path)
        return self._mapping(event, events, path)

    def _sequence(self, start: yaml.Event, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                last = self.positions[(*path, len(items) - 1)] if items else None
                self.positions[path] = self.places.collection(start, event, last)
                return items
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, start: yaml.Event, events: Iterator[yaml.Event], path: Path) -> dict[Any, Any]:
        items: dict[Any, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                last = self.positions[(*path, next(reversed(items)))] if items else None
                self.positions[path] = self.places.collection(start, event, last)
                return items
            at = self.places.span(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _problem("yaml-syntax", at, "a mapping key must be plain text", "write 'key: value'")
            key = _scalar(event, at)
            if key in items:
                message = f"key {str(key)[:40]!r} is here twice, first on line {self.keys[(*path, key)].line}"
                raise _problem("yaml-duplicate-key", at, message, "remove or rename one of them")
            self.keys[(*path, key)] = at
            items[key] = None
            items[key] = self._value(next(events), events, (*path, key))
        return items


def pointer(path: Path) -> str:
    """RFC 6901 JSON pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
