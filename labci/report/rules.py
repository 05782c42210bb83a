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


def to_markdown() -> str:
    """The table of all rules, as the README has it."""
    rows = (f"| `{item.id}` | {item.severity} | {'yes' * _fixes(item)} | {summary(item)} |" for item in rules.load())
    return "\n".join(["| rule | severity | mended by `--fix` | what it asks for |", "|---|---|---|---|", *rows])


def _fixes(rule: Rule) -> bool:
    return type(rule).fix is not Rule.fix


def summary(rule: Rule) -> str:
    """The first line of a rule's documentation."""
    return (inspect.getdoc(type(rule)) or "").split("\n", 1)[0]


def _page(rule: Rule) -> str:
    head = f"{rule.id} ({rule.severity}, group {rule.group})"
    tail = "\n\nlabci lint --fix mends it where that changes no value." if _fixes(rule) else ""
    return f"{head}\n\n{inspect.getdoc(type(rule)) or ''}{tail}"
