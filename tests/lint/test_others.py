"""A change is compared with all other leaves, however their files write it, and few of them are parsed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labci import config
from labci.lint import lint, others
from labci.taxonomy import FolderSource
from tests.conftest import put
from tests.lint.test_seen import families

STYLES = st.fixed_dictionaries(
    {"width": st.sampled_from([10, 40, 200]), "default_style": st.sampled_from([None, '"', "'", "|", ">"])}
)
TREE = ("duplicate-tree", "leakage-tree")


def skill(name: str, questions: list[tuple[str, str | None]]) -> dict[str, Any]:
    """A leaf with these questions, and with as many others as a leaf needs."""
    fill = [(f"{name}{number} {number}{name} {name}", None) for number in range(5)]
    seeds = [
        {"question": question, "answer": f"a{number}", **({"context": context} if context is not None else {})}
        for number, (question, context) in enumerate([*questions, *fill])
    ]
    return {"version": 3, "created_by": "me", "task_description": "x", "seed_examples": seeds}


def found(root: Path, **more: Any) -> set[tuple[str, int, str]]:
    every = [item for file in lint(None, root=root, config=config.read(b""), **more) for item in file.diagnostics]
    return {(item.path, item.position.line, item.rule) for item in every if item.rule in TREE}


@pytest.mark.slow
@given(families(), st.lists(st.tuples(st.booleans(), st.sampled_from([None, "as old as the mill of the town"])),
                            min_size=24, max_size=24), STYLES)  # fmt: skip
def test_a_change_finds_what_the_whole_tree_finds(
    texts: list[str], sides: list[tuple[bool, str | None]], style: dict[str, Any]
) -> None:
    """`a` is older and `b` the change: what is found in `b` alone is what is found in it beside `a`."""
    leaves: dict[str, list[tuple[str, str | None]]] = {"a": [], "b": []}
    for text, (new, context) in zip(texts, sides, strict=False):
        leaves["b" if new else "a"].append((text or "?", context))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, questions in leaves.items():
            put(
                root,
                f"taxonomy/compositional_skills/x/{name}/qna.yaml",
                yaml.safe_dump(skill(name, questions), **style),
            )
        whole = found(root)
        assert found(root, changed=["compositional_skills/x/b"], others=FolderSource(root)) == whole


def test_other_leaves_are_named_and_not_linted(tmp_path: Path) -> None:
    tower, wall = "How many steps has the tower of the chapel?", "Who painted the north wall of the chapel?"
    files = {
        "new/qna.yaml": skill("new", [(tower, None), (wall, None)]),
        "older/qna.yaml": skill("older", [("How many steps has the tower of the Chapel", None)]) | {"misspelt": 1},
        "holding/qna.yaml": skill("holding", []),
        "holding/heldout.yaml": {"items": [{"question": wall, "answer": "Ada"}]},
    }
    for name, value in files.items():
        put(tmp_path, f"taxonomy/compositional_skills/x/{name}", yaml.safe_dump(value, sort_keys=False))
    put(tmp_path, "taxonomy/compositional_skills/x/broken/qna.yaml", "seed_examples: [\n\\")
    changed = ["compositional_skills/x/new"]
    every = lint(None, root=tmp_path, config=config.read(b""), changed=changed, others=FolderSource(tmp_path))
    items = [item for file in every for item in file.diagnostics]
    assert {item.path.split("/")[-2] for item in items} == {"new"}
    told = {item.rule: item.message for item in items if item.rule in TREE}
    x = "taxonomy/compositional_skills/x"
    assert told == {
        "duplicate-tree": f"this question is asked in {x}/older/qna.yaml:5, too",
        "leakage-tree": f"this question is held out in {x}/holding/heldout.yaml:2",
    }


def test_a_leaf_that_shares_no_words_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        asks = skill(f"n{number}", [(f"How tall is tower{number} of the castle{number}?", None)])
        put(tmp_path, f"taxonomy/compositional_skills/x/n{number}/qna.yaml", yaml.safe_dump(asks))
    near = skill("new", [("HOW TALL is\n tower7 of the castle7?", None)])
    put(tmp_path, "taxonomy/compositional_skills/x/new/qna.yaml", yaml.safe_dump(near))
    parsed: list[str] = []
    read = others.read_leaf
    monkeypatch.setattr(others, "read_leaf", lambda path, *data: parsed.append(path) or read(path, *data))
    assert found(tmp_path, changed=["compositional_skills/x/new"], others=FolderSource(tmp_path))
    assert parsed == ["taxonomy/compositional_skills/x/n7"]


def test_held_out_items_are_parsed_once_and_large_files_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = tmp_path / "taxonomy/compositional_skills/x"
    items = [{"question": f"How tall is tower{n} of the castle?", "answer": "9"} for n in range(200)]
    put(x, "old/qna.yaml", yaml.safe_dump(skill("old", [])))
    put(x, "old/heldout.yaml", yaml.safe_dump({"items": items}))
    put(x, "huge/qna.yaml", yaml.safe_dump(skill("huge", [])) + "# how tall is tower7 of the castle\n" * 20_000)
    put(x, "new/qna.yaml", yaml.safe_dump(skill("new", [("How tall is tower7 of the castle?", None)])))
    parsed: list[bytes] = []
    parse = others.parse
    monkeypatch.setattr(others, "parse", lambda data: parsed.append(data) or parse(data))
    read: list[str] = []
    leaf = others.read_leaf
    monkeypatch.setattr(others, "read_leaf", lambda path, *data: read.append(path) or leaf(path, *data))
    assert found(tmp_path, changed=["compositional_skills/x/new"], others=FolderSource(tmp_path))
    assert (len(parsed), read) == (1, ["taxonomy/compositional_skills/x/old"])
