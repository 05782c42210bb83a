"""YAML read into plain values with the position of every node.

Aliases, tags, several documents and duplicate keys are refused on parser *events*, before any value is
built, and so are files over the caps: a 306-byte alias bomb never expands (docs/design.md, "YAML").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from labci.diagnostic import Position

Path = tuple[str | int, ...]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a file is not readable as one plain YAML mapping. `code` names the lint rule of group `yaml`."""

    code: str
    position: Position
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A parsed file: `value` is plain data; `positions` has every value, `keys` every mapping key."""

    value: Any
    positions: Mapping[Path, Position] = field(default_factory=dict)
    keys: Mapping[Path, Position] = field(default_factory=dict)

    def position_of(self, *path: str | int) -> Position:
        """Position of the value at `path`, or of its nearest existing parent."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position())

    def key_position_of(self, *path: str | int) -> Position:
        """Position of the key that leads to `path`; of its value where it is a list item."""
        return self.keys.get(path) or self.position_of(*path)


class YamlProblem(Exception):
    """Raised by `parse` with the first thing that makes a file unreadable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


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


def decode(data: bytes) -> str:
    """UTF-8 without a byte order mark, else a `YamlProblem` that names the encoding and the place."""
    for mark, name in ((b"\xef\xbb\xbf", "UTF-8 with BOM"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise _problem(
                "yaml-encoding",
                Position(end_column=2),
                f"the file starts with a byte order mark ({name})",
                "save the file as UTF-8 without BOM",
            )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8", "replace")) + 1
        at = Position(line=line, column=column, end_line=line, end_column=column + 1)
        byte = data[error.start]
        raise _problem(
            "yaml-encoding", at, f"byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8"
        ) from error


def _problem(code: str, position: Position, message: str, hint: str = "") -> YamlProblem:
    return YamlProblem(Problem(code=code, position=position, message=message, hint=hint))


def _span(start: yaml.Mark, end: yaml.Mark) -> Position:
    return Position(
        line=start.line + 1, column=start.column + 1, end_line=end.line + 1, end_column=end.column + 1
    )


_RESOLVER = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCT = yaml.constructor.SafeConstructor()


def _scalar(event: yaml.ScalarEvent) -> Any:
    """The plain value of a scalar, by YAML 1.1's implicit rules as PyYAML's safe loader has them."""
    if not event.implicit[0]:
        return event.value
    tag = "tag:yaml.org,2002:str"
    resolvers = _RESOLVER.get(event.value[:1], []) if event.value else _RESOLVER.get("", [])
    for candidate, pattern in resolvers:
        if pattern.match(event.value):
            tag = candidate
            break
    if tag.endswith(":str") or tag.endswith((":merge", ":value")):
        return event.value
    node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
    try:
        return _CONSTRUCT.construct_object(node)  # type: ignore[no-untyped-call]
    except ValueError as error:  # such as the date 2024-13-45
        raise _problem(
            "yaml-syntax", _span(event.start_mark, event.end_mark), f"{event.value!r}: {error}",
            "put the value in quotes",
        ) from error


class _Builder:
    """Walks events once; depth and node counts are capped as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.positions: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        self.nodes = 0

    def build(self) -> Node:
        try:
            events = self._checked(yaml.parse(self.text, Loader=yaml.CSafeLoader))
            value = self._document(events)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from error
        except yaml.reader.ReaderError as error:
            raise self._character(error) from error
        return Node(value=value, positions=self.positions, keys=self.keys)

    def _character(self, error: yaml.reader.ReaderError) -> YamlProblem:
        before = self.text[: int(error.position or 0)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        at = Position(line=line, column=column, end_line=line, end_column=column + 1)
        return _problem("yaml-syntax", at, f"a control character is not allowed: {error.reason}", "remove it")

    def _syntax(self, error: yaml.MarkedYAMLError) -> YamlProblem:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = self.text.splitlines()
        row = lines[line - 1] if line <= len(lines) else ""
        if re.match(r"\s*\t", row) or "'\\t'" in str(error.problem):
            column = row.find("\t") + 1 or column
            at = Position(line=line, column=column, end_line=line, end_column=column + 1)
            return _problem("yaml-tab", at, "a tab is used for indentation", "use two spaces instead of the tab")
        at = Position(line=line, column=column, end_line=line, end_column=column + 1)
        context = f" {error.context}" if error.context else ""
        hint = "a value that contains ': ' or starts with a special character needs quotes"
        if "block end" in str(error.problem) or "block mapping" in str(error.context):
            hint = "check that this line is indented like its neighbours; " + hint
        return _problem("yaml-syntax", at, f"{error.problem}{context}".strip(), hint)

    def _checked(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        depth = documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _problem(
                        "yaml-documents", _span(event.start_mark, event.end_mark),
                        "the file holds more than one YAML document", "remove this '---' line",
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
                raise _problem("yaml-too-large", _span(event.start_mark, event.end_mark), f"the YAML is {what}")
            yield event

    @staticmethod
    def _refuse(event: yaml.NodeEvent) -> None:
        at = _span(event.start_mark, event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _problem("yaml-alias", at, f"alias *{event.anchor} is not allowed", "write the value out")
        if event.anchor:
            raise _problem("yaml-alias", at, f"anchor &{event.anchor} is not allowed", "remove the anchor")
        tag = getattr(event, "tag", None)
        if tag:
            raise _problem("yaml-tag", at, f"tag {tag} is not allowed", "remove the tag; use quotes for text")

    def _document(self, events: Iterator[yaml.Event]) -> Any:
        value: Any = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, ())
        return value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            self.positions[path] = self._scalar_span(event)
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, path)
        assert isinstance(event, yaml.MappingStartEvent)
        return self._mapping(event, events, path)

    @staticmethod
    def _scalar_span(event: yaml.ScalarEvent) -> Position:
        return _span(event.start_mark, event.end_mark)

    def _sequence(self, start: yaml.Event, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                self.positions[path] = _span(start.start_mark, event.end_mark)
                return items
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, start: yaml.Event, events: Iterator[yaml.Event], path: Path) -> dict[Any, Any]:
        items: dict[Any, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                self.positions[path] = _span(start.start_mark, event.end_mark)
                return items
            at = _span(event.start_mark, event.end_mark)
            if not isinstance(event, yaml.ScalarEvent):
                raise _problem("yaml-syntax", at, "a mapping key must be plain text", "write 'key: value'")
            key = _scalar(event)
            if key in items:
                raise _problem("yaml-duplicate-key", at, f"key {key!r} is here twice", "remove or rename one of them")
            self.keys[(*path, key)] = at
            items[key] = None
            items[key] = self._value(next(events), events, (*path, key))
        return items


def pointer(path: Path) -> str:
    """RFC 6901 JSON pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
