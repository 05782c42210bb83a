"""Holds the code to the layers of docs/design.md: imports go downwards only."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.imports import Import, cycle, modules, read

ROOT = Path(__file__).parent.parent

# Highest first. A module may import from layers below its own; what is allowed within one is in `sideways`.
LAYERS = {
    "edges": "cli report chat ci doctor __main__",
    "pipeline": "pipeline session blame known",
    "stages": "contribute lint diff plan generate mix train evaluate gate release",
    "job": "job work marking shaping",
    "parts": "rules flows blocks teachers forges hubs models suites documents units exam",
    "language model": "lm general english",
    "git": "git",
    "data": "errors extras cores diagnostic digest problem node leaf heldout attribution chattoken remote sha"
    " seen quote indent listing markup violation linttree lintdocument lintfile taxonomy artifact store config"
    " schema change request sample scores verdict lineage descent transfer progress flow ask structured diversity"
    " smoke curriculum profiles crew share trigger refusal turns printable mixture words",
}
ORDER = list(LAYERS)
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names.split()}

# What the core installs (pyproject: dependencies); anything else is imported where it is used.
CORE = {
    "typer", "rich", "yaml", "jsonschema", "fastjsonschema", "git", "github", "license_expression", "pypdf", "fsspec",
    "jinja2",
}  # fmt: skip


def second(name: str) -> str:
    """ "labci.rules.naming" -> "rules"; the package itself -> ""."""
    return name.split(".")[1] if "." in name else ""


def sideways(found: Import) -> bool:
    """Whether an import within one layer is fine."""
    here, there = second(found.module), second(found.target)
    layer = LAYER_OF[here]
    if layer == "stages":
        return here == there
    if layer == "edges":
        return here == there or here in ("cli", "ci", "__main__")
    if layer == "parts" and here == there:
        return same_part(found)
    return True


def same_part(found: Import) -> bool:
    """Parts of a folder know its `__init__`, and the table in it knows them; never each other."""
    here, there = found.module.split(".")[2:3], found.target.split(".")[2:3]
    return not here or not there or here == there


def wrong(imports: list[Import]) -> list[str]:
    """Imports that go upwards or sideways, one line each."""
    lines = []
    for found in imports:
        here, there = second(found.module), second(found.target)
        if not found.target.startswith("labci") or not here or not there:
            continue
        if here not in LAYER_OF or there not in LAYER_OF:
            lines.append(f"{found}: {here if here not in LAYER_OF else there} is in no layer")
            continue
        down = ORDER.index(LAYER_OF[there]) - ORDER.index(LAYER_OF[here])
        if down < 0 or (down == 0 and not sideways(found)):
            lines.append(f"{found}: {LAYER_OF[here]} may not import {LAYER_OF[there]}")
    return lines


def eager_foreign(imports: list[Import]) -> list[str]:
    """Imports at module level of what the core does not install."""
    known = CORE | set(sys.stdlib_module_names) | {"labci", "__future__"}
    return [str(f) for f in imports if not (f.lazy or f.typing) and f.target and f.target.split(".")[0] not in known]


def edges(imports: list[Import]) -> list[tuple[str, str]]:
    """What importing one module makes Python import, within labci."""
    return [
        (f.module, f.target)
        for f in imports
        if f.target.startswith("labci.") and not (f.lazy or f.typing) and f.module != f.target
    ]


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return read(ROOT / "labci")


@pytest.mark.slow
def test_imports_go_downwards(imports: list[Import]) -> None:
    assert wrong(imports) == []


def test_no_import_cycles(imports: list[Import]) -> None:
    assert cycle(edges(imports)) == []


def test_only_the_core_is_imported_at_module_level(imports: list[Import]) -> None:
    assert eager_foreign(imports) == []


def test_only_git_imports_gitpython(imports: list[Import]) -> None:
    users = {f.module for f in imports if f.target.split(".")[0] == "git"}
    assert {second(user) for user in users} <= {"git"}


def test_git_is_run_by_no_other_module() -> None:
    runs = re.compile(r"""\[\s*["']git["']""")
    others = (file for name, file in modules(ROOT / "labci").items() if second(name) != "git")
    assert [str(file) for file in others if runs.search(file.read_text("utf-8"))] == []


def test_design_tells_the_same_layers() -> None:
    text = (ROOT / "docs/design.md").read_text("utf-8")
    for layer, names in LAYERS.items():
        row = re.search(rf"^\| {layer} \|(.*)\|$", text, re.MULTILINE)
        assert row, f"docs/design.md has no row for the layer {layer!r}"
        named = {word for code in re.findall(r"`([^`]*)`", row[1]) for word in re.findall(r"\b[a-z]\w*", code)}
        assert named == set(names.split()) - {"__main__"}, layer


WRONG = {
    "a stage imports a stage": ("mix.py", "from labci import diff\n", wrong),
    "a part imports a stage": ("rules/naming.py", "from labci.lint import lint\n", wrong),
    "a part imports its neighbour": ("rules/naming.py", "from labci.rules.schema import check\n", wrong),
    "the same, relative": ("rules/naming.py", "from .schema import check\n", wrong),
    "data import git, lazily": ("leaf.py", "def f():\n    from labci.git import open\n", wrong),
    "a module of no layer": ("helpers.py", "from labci.leaf import Leaf\n", wrong),
    "torch at module level": (
        "train.py",
        "try:\n    import torch\nexcept ImportError: ...",
        eager_foreign,
    ),
}


@pytest.mark.parametrize(("file", "text", "check"), WRONG.values(), ids=WRONG.keys())
def test_the_checks_see(tmp_path: Path, file: str, text: str, check: object) -> None:
    package = tmp_path / "labci"
    for name in ("__init__", "diff", "lint", "git", "leaf", "rules/__init__", "rules/schema"):
        (package / f"{name}.py").parent.mkdir(parents=True, exist_ok=True)
        (package / f"{name}.py").write_text("")
    (package / file).write_text(text)
    assert callable(check)
    assert len(check(read(package))) == 1


def test_the_checks_see_a_cycle(tmp_path: Path) -> None:
    package = tmp_path / "labci"
    package.mkdir()
    for name, other in (("leaf", "node"), ("node", "digest"), ("digest", "leaf")):
        (package / f"{name}.py").write_text(f"from labci import {other}\n")
    assert cycle(edges(read(package))) == ["labci.digest", "labci.leaf", "labci.node", "labci.digest"]


def test_every_console_shows_texts_as_they_are() -> None:
    """Rich would read `[red]` as a colour and `:100:` as an emoji, in names and places too."""
    wild = []
    for path in modules(ROOT / "labci").values():
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Console":
                plain = {word.arg for word in call.keywords if ast.unparse(word.value) == "False"}
                wild += [] if {"markup", "emoji"} <= plain else [f"{path}:{call.lineno}"]
    assert not wild
