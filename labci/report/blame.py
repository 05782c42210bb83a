"""Who is to blame, for people: text for a terminal, Markdown for a comment, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from labci.blame import Blame
from labci.blame.result import Culprit, Worse
from labci.printable import printable
from labci.release.markdown import table
from labci.report.excerpt import markdown

LEGEND = "Nats per token, positive is better."


def render(found: Blame, form: str = "text") -> str:
    """The finding as `text`, `json` or `markdown`, without a final newline."""
    return RENDERERS[form](found)


def to_text(found: Blame) -> str:
    """The sentence, what got worse by how much, what was tried, what to do next."""
    lines = [f"blame: {found.why}"]
    lines += [f"  {item.leaf}, {item.status}{_by(item)}" for item in found.culprits]
    if found.worse:
        lines += ["", f"What got worse. {LEGEND}", *(f"  {item.check}: {_change(item)}" for item in found.worse)]
    if found.probes:
        lines += ["", "What was tried:"]
        lines += [f"  {probe.verdict.verdict:<12}  without {', '.join(probe.removed)}" for probe in found.probes]
    lines += ["", *(f"next: {step}" for step in found.next)] if found.next else []
    return "\n".join(printable(line) for line in lines)


def _by(item: Culprit) -> str:
    return f" by {', '.join(item.authors)}" if item.authors else ""


def _change(item: Worse) -> str:
    if item.result_without is None:
        return f"{_signed(item.effect)} (allowed or asked: {item.margin:.2f})"
    effect, before = _signed(item.effect), _signed(item.effect_without)
    return f"{effect} with it, {before} without ({item.result_without}); allowed or asked: {item.margin:.2f}"


def _signed(number: float | None) -> str:
    return "-" if number is None else f"{round(number, 2) + 0.0:+.2f}"


def to_markdown(found: Blame) -> str:
    """The same as a section of a comment."""
    parts = [f"**Blame:** {markdown(found.why)}"]
    if found.culprits:
        rows = ((markdown(one.leaf), one.status, markdown(", ".join(one.authors)) or "-") for one in found.culprits)
        parts.append(table(("to blame", "in this run", "by"), rows))
    if found.worse:
        head = ("what got worse", "with it", "without it", "allowed or asked")
        cells = (
            (markdown(one.check), _signed(one.effect), _signed(one.effect_without), f"{one.margin:.2f}")
            for one in found.worse
        )
        parts += [table(head, cells), LEGEND]
    if found.probes:
        tried = ((markdown(", ".join(one.removed)), one.verdict.verdict) for one in found.probes)
        parts.append(table(("tried without", "verdict"), tried))
    if found.next:
        parts.append("\n".join(f"- Next: {markdown(step)}" for step in found.next))
    return "\n\n".join(parts)


def to_json(found: Blame) -> str:
    """schemas/blame.json."""
    return json.dumps(found.to_json(), indent=2, ensure_ascii=False)


RENDERERS: Mapping[str, Callable[[Blame], str]] = {
    "text": to_text, "markdown": to_markdown, "json": to_json,
}  # fmt: skip
