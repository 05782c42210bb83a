"""How deep the mappings and lists of a YAML file are indented below their keys, and the same text set evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labci.node import Node, Path

WIDTH = 2  # spaces, where a file has as many of one width as of another


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A mapping or list on the lines below its key; lines from 1, `step` in spaces."""

    kind: str
    path: Path
    key_line: int
    first: int
    last: int
    step: int


def blocks(node: Node) -> Iterator[Block]:
    """The block mappings and lists of a file that don't begin on their key's line."""
    kinds = {path[:-1]: "mapping" for path in node.keys}
    kinds |= {path[:-1]: "list" for path in node.positions if path and isinstance(path[-1], int)}
    for path, key in node.keys.items():
        at = node.positions[path]
        if path in kinds and at.line > key.line:
            yield Block(
                kind=kinds[path], path=path, key_line=key.line, first=at.line, last=at.end_line,
                step=at.column - key.column,
            )  # fmt: skip


def steps(node: Node, found: Sequence[Block]) -> Mapping[str, int]:
    """What a file indents mappings and lists by: the width that most places have; lists perhaps not at all."""
    items = (path for path in node.positions if path and isinstance(path[-1], int))
    widths = [node.positions[path].column - node.positions[path[:-1]].column for path in items]
    flat = [block.step == 0 for block in found if block.kind == "list"]
    flush = sum(flat) * 2 >= len(flat)  # lists that are to be moved to their key's column have no say in the width
    width = _most([*(block.step for block in found if not (flush and block.kind == "list")), *widths], WIDTH)
    return {"mapping": width, "list": 0 if flush else width}


def _most(numbers: Sequence[int], usual: int) -> int:
    counts = Counter(number for number in numbers if number > 0)
    return max(counts, key=lambda step: (counts[step], step == usual), default=usual)


def evened(data: bytes, node: Node) -> bytes:
    """The text with every such block indented as most of its kind are; lines move as wholes."""
    found = list(blocks(node))
    wanted = steps(node, found)
    rows = data.decode("utf-8").split("\n")
    shifts = [0] * (len(rows) + 1)
    for block in found:
        for number in range(block.key_line + 1, block.last + 1):
            shifts[number] += wanted[block.kind] - block.step
    return "\n".join(_shifted(row, shift) for row, shift in zip(rows, shifts[1:], strict=True)).encode("utf-8")


def _shifted(row: str, shift: int) -> str:
    if not row.strip():
        return row
    spaces = len(row) - len(row.lstrip(" "))
    return " " * max(0, spaces + shift) + row[spaces:]
