"""Reads the imports of a Python package by its syntax trees, without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`module` imports `target` (dotted names); `lazy` if inside a function, `typing` if only for types."""

    module: str
    target: str
    line: int
    lazy: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def modules(root: Path) -> dict[str, Path]:
    """Dotted name and file of every module below a package folder."""
    found = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def read(root: Path) -> list[Import]:
    """Every import below a package folder, targets resolved to modules of the package where they are some."""
    known = modules(root)
    return [found for name, file in known.items() for found in _of_file(name, file, set(known))]


def _of_file(name: str, file: Path, known: set[str]) -> Iterator[Import]:
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node, lazy, typing in _walk(ast.parse(file.read_text("utf-8"), str(file)), lazy=False, typing=False):
        for target in _targets(node, package, known):
            yield Import(module=name, target=target, line=node.lineno, lazy=lazy, typing=typing)


def _walk(node: ast.AST, *, lazy: bool, typing: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy, typing
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _walk(child, lazy=lazy or inside, typing=typing or types)


def _targets(node: ast.Import | ast.ImportFrom, package: str, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, base] if base else above)
    submodules = [f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in known]
    yield from submodules
    if len(submodules) < len(node.names):
        yield base


def cycle(edges: list[tuple[str, str]]) -> list[str]:
    """One cycle of a directed graph as a list of names that ends where it starts, or []."""
    after: dict[str, list[str]] = {}
    for start, end in edges:
        after.setdefault(start, []).append(end)
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        found = next((c for end in after.get(name, []) if (c := visit(end, [*trail, name]))), [])
        done.add(name)
        return found

    return next((c for name in list(after) if (c := visit(name, []))), [])
