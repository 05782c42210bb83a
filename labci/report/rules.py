"""The documentation of lint's rules, rendered from their docstrings."""

from __future__ import annotations

import inspect

from labci import rules
from labci.rules import Rule


def explain(rule: str | None = None) -> str:
    """A rule's what, why and example; for None the table. Raises UsageError for an unknown one."""
    table = rules.load()
    if rule is None:
        width = max(len(item.id) for item in table)
        return "\n".join(f"{item.id:<{width}}  {item.severity:<7}  {summary(item)}" for item in table)
    wanted = rules.chosen(table, [rule], [])
    return "\n\n".join(_page(item) for item in table if item.id in wanted)


def summary(rule: Rule) -> str:
    """The first line of a rule's documentation."""
    return (inspect.getdoc(type(rule)) or "").split("\n", 1)[0]


def _page(rule: Rule) -> str:
    head = f"{rule.id} ({rule.severity}, group {rule.group})"
    fixes = type(rule).fix is not Rule.fix
    tail = "\n\nlabci lint --fix mends it where that changes no value." if fixes else ""
    return f"{head}\n\n{inspect.getdoc(type(rule)) or ''}{tail}"
