"""The demo's leaf: its document is where its qna.yaml says, and only the planted mistake is one."""

from __future__ import annotations

import shutil
from pathlib import Path

from labci import config, documents
from labci.leaf import read_leaf
from labci.lint import lint
from scripts import demo_steps


def test_the_document_is_copied_to_where_the_leaf_looks_for_it() -> None:
    leaf = read_leaf(demo_steps.LEAF, (demo_steps.LEAF_FILES / "qna.yaml").read_bytes())
    assert leaf.document is not None
    assert any(documents.matches(pattern, demo_steps.DOCUMENT) for pattern in leaf.document.patterns)


def test_only_the_planted_mistake_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "taxonomy" / demo_steps.LEAF
    shutil.copytree(demo_steps.LEAF_FILES, folder)
    (tmp_path / demo_steps.DOCUMENT).parent.mkdir()
    (folder / "document.md").rename(tmp_path / demo_steps.DOCUMENT)
    good = (folder / "qna.yaml").read_text("utf-8")
    assert [d for file in lint(None, root=tmp_path, config=config.read(b"")) for d in file.diagnostics] == []
    (folder / "qna.yaml").write_text(good.replace(*demo_steps.PLANTED, 1), "utf-8")
    found = [d.rule for file in lint(None, root=tmp_path, config=config.read(b"")) for d in file.diagnostics]
    assert "schema-required" in found
