"""The example folders of every rule, and what the rules say of themselves."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from labci import rules
from labci.report.rules import explain, to_markdown
from tests.lint.case import CASES, EXPECTED, findings, group

RULES = rules.load()
NO_CASE = {"naming-case-clash"}  # some file systems can't hold its folders: tests/lint/test_naming.py


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_case(name: str) -> None:
    folder = CASES / name
    expected = (folder / "bad" / EXPECTED).read_text("utf-8").splitlines()
    assert any(f" {name} " in line for line in expected)
    assert findings(folder / "bad", [group(name)]) == expected
    assert findings(folder / "good", [group(name)]) == []


def test_every_rule_has_a_case() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_dir()} | NO_CASE == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_documents_itself(rule: rules.Rule) -> None:
    text = inspect.getdoc(type(rule)) or ""
    assert re.fullmatch(r".+\.\n\nWhy: (.+\n)+\nBad:\n(    .+\n| *\n)+Good:\n(    .+\n?)+", text + "\n"), text
    assert rule.id.startswith(f"{rule.group}-")
    assert text.split("\n")[0] in explain(rule.id)
    assert rule.id in explain()


def test_rules_stand_after_what_they_assume() -> None:
    for number, rule in enumerate(RULES):
        before = {name for other in RULES[:number] for name in (other.id, other.group)}
        assert set(rule.after) <= before, rule.id


def test_the_readme_has_the_table_of_rules() -> None:
    """Made by: labci explain --format markdown."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"\n{to_markdown()}\n" in readme
