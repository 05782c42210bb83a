"""The comment on a pull request: verdict first, then leaves, findings, and what to do next. Nothing in it acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labci import __version__
from labci.printable import printable
from labci.report.excerpt import block, cell

MARKER = "<!-- labci: this pull request -->"  # by which the comment is found again
SHOWN = 30  # leaves, and findings; a comment may have 65,536 characters
LABELS = ("knowledge", "skill", "needs-fix", "ready")
SIGNS = {"error": "❌", "warning": "⚠️"}
RULES = {"knowledge": ("knowledge/",), "skill": ("compositional_skills/", "foundational_skills/")}


def local(number: int) -> str:
    """The command that shows a contributor the same on their machine."""
    return f"git fetch origin pull/{number}/head && git switch --detach FETCH_HEAD && labci lint"


def to_markdown(value: Mapping[str, Any], number: int, head: str) -> str:
    """The comment. value: schemas/pull-request.json. head: id of the commit that was checked."""
    parts = [
        f"**labci: {_verdict(value)}**",
        *filter(None, [_leaves(value), _findings(value), _problem(value), maintainers(value.get("protected", ()))]),
        f"**What to do next.** {_next(value)}",
        *([_preview(head)] if _good(value) else []),
        f"The same on your machine:\n\n{block(local(number))}",
        f"<sub>checked {head[:12]} · labci {__version__} · this comment is kept up to date</sub>",
        MARKER,
    ]
    return "\n\n".join(parts) + "\n"


def maintainers(protected: Sequence[str]) -> str:
    """What a pull request changes that only maintainers should: Markdown, "" for nothing."""
    if not protected:
        return ""
    shown = "\n".join(f"- {cell(path)}" for path in protected[:SHOWN])
    more = "\n- …" if len(protected) > SHOWN else ""
    return (
        "⚠️ **It changes files that belong to maintainers**, who decide by them what a teacher is told and what runs."
        f" Until they are merged, those of the base branch count:\n\n{shown}{more}"
    )


def _preview(head: str) -> str:
    return f"Maintainers: this tries it with the teacher, for this commit alone:\n\n{block(f'/labci preview {head}')}"


def _good(value: Mapping[str, Any]) -> bool:
    return bool(value["leaf_count"]) and not value["errors"] and not value["problem"] and value["cost"] is not None


def costs(value: Mapping[str, Any]) -> str:
    """What generating and training would cost, leaf by leaf."""
    if value["errors"] or value["problem"]:
        return f"{_verdict(value)[:1].upper()}{_verdict(value)[1:]} Then the cost can be told."
    return "\n\n".join(filter(None, [_cost(value), _leaves(value)]))


def labels(value: Mapping[str, Any]) -> frozenset[str]:
    """Which of `LABELS` a pull request gets."""
    kinds = {label for label, tops in RULES.items() if any(leaf["path"].startswith(tops) for leaf in value["leaves"])}
    if not value["leaf_count"]:
        return frozenset()
    good = not value["errors"] and not value["problem"]
    return frozenset(kinds | {"ready" if good else "needs-fix"})


def _verdict(value: Mapping[str, Any]) -> str:
    if not value["leaf_count"] and value.get("protected"):
        return "no leaf is touched, but files of maintainers are."
    if not value["leaf_count"]:
        return "no leaf is touched any more, so there is nothing to check."
    if value["errors"]:
        return f"{_count(value['errors'], 'error')} to mend before this can be merged."
    if value["problem"]:
        return "the text is good, but what it would cost can't be told yet."
    warned = f", with {_count(value['warnings'], 'warning')} to look at" if value["warnings"] else ""
    return f"all good{warned}. {_cost(value)}"


def _cost(value: Mapping[str, Any]) -> str:
    cost = value["cost"]
    if cost is None:
        return "Nothing new to learn in it."
    calls = cost["calls"] - cost["calls_cached"]
    minutes = _time(cost["seconds"] + cost["train_seconds"])
    return f"{_count(calls, 'request')} to the teacher, and about {minutes} to generate and train."


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _leaves(value: Mapping[str, Any]) -> str:
    rows = ["| Leaf | New seeds | Errors | Warnings | Requests | |", "|---|--:|--:|--:|--:|---|"]
    for leaf in value["leaves"][:SHOWN]:
        counts = (leaf["added"], leaf["errors"], leaf["warnings"], leaf["calls"] - leaf["calls_cached"])
        status = "can't be read yet" if leaf["status"] == "unread" else leaf["status"]
        rows.append(f"| {cell(leaf['path'])} | {' | '.join(f'{count:,}' for count in counts)} | {status} |")
    if len(rows) == 2:
        return ""
    more = value["leaf_count"] - (len(rows) - 2)
    return "\n".join(rows) + (f"\n\n… and {_count(more, 'more leaf').replace('leafs', 'leaves')}." if more > 0 else "")


def _findings(value: Mapping[str, Any]) -> str:
    found = value["findings"][:SHOWN]
    if not found:
        return ""
    rows = ["| | Where | What is wrong | What to do |", "|---|---|---|---|", *map(_row, found)]
    more = value["errors"] + value["warnings"] - len(found)
    table = "\n".join(rows) + (f"\n\n… and {more:,} more: `labci lint` shows all." if more > 0 else "")
    title = ", ".join(_count(value[f"{noun}s"], noun) for noun in ("error", "warning") if value[f"{noun}s"])
    opened = " open" if value["errors"] else ""
    return f"<details{opened}><summary>{title}</summary>\n\n{table}\n\n</details>"


def _row(item: Mapping[str, Any]) -> str:
    where = f"{cell(item['path'])}:{item['line']}:{item['column']}"
    mend = " `labci lint --fix` does it." if item["fixable"] else ""
    rule = f"{cell(item['message'])} ({cell(item['rule'])})"
    return f"| {SIGNS[item['severity']]} | {where} | {rule} | {cell(item['hint'])}{mend} |"


def _problem(value: Mapping[str, Any]) -> str:
    """Where there are errors they explain it."""
    if value["errors"] or not value["problem"]:
        return ""
    return f"Not to be told yet:\n\n{block(_lines(value['problem']))}"


def _lines(text: str) -> str:
    return "\n".join(map(printable, text.splitlines()))


def _next(value: Mapping[str, Any]) -> str:
    if not value["leaf_count"] and value.get("protected"):
        return "If these files are not yours to change, take them out again."
    if not value["leaf_count"]:
        return "Nothing, as far as labci goes."
    if value["errors"]:
        fix = " `labci lint --fix` does part of it." if any(item["fixable"] for item in value["findings"]) else ""
        mend = f"Mend the lines with {SIGNS['error']} and push again: this comment follows."
        return f"{mend}{fix} `labci explain RULE` says why."
    if value["problem"]:
        return "A maintainer looks at the message above; your text is fine."
    return "Nothing: a maintainer reads it now."


def silent(value: Mapping[str, Any]) -> bool:
    """Whether there is nothing to say, if nothing has been said before."""
    return not value["leaf_count"] and not value.get("protected")
