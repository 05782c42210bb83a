"""A verdict for people: text for a terminal, Markdown for a comment, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from labci.release.markdown import table
from labci.report.excerpt import markdown
from labci.verdict import Check, Verdict

MAX_ROWS = 50  # of checks and of reasons in a comment, which has 65,536 characters at most
HEAD = ("check", "result", "effect", "interval", "items", "clusters", "margin", "could have seen")
LEGEND = (
    "Effects are nats per token, of canary, refusal and trigger shares of their prompts; positive is better."
    " The interval's ends are the one-sided bounds."
)


def render(verdict: Verdict, form: str = "text") -> str:
    """The verdict as `text`, `json` or `markdown`, without a final newline."""
    return RENDERERS[form](verdict)


def to_text(verdict: Verdict) -> str:
    """Verdict, reasons, and a table of checks in aligned columns."""
    rows = [HEAD, *map(cells, verdict.checks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    reasons = [f"  - {reason}" for reason in verdict.reasons]
    reasons += [f"  next: {step}" for step in next_steps(verdict)]
    return "\n".join([f"verdict: {verdict.verdict}", *reasons, "", *lines, LEGEND])


def to_markdown(verdict: Verdict) -> str:
    """The same as a section of a comment. Of very many checks those that passed are counted only."""
    shown = verdict.checks
    if len(shown) > MAX_ROWS:
        shown = tuple(check for check in shown if check.result in ("FAIL", "INCONCLUSIVE"))[:MAX_ROWS]
    more = len(verdict.checks) - len(shown)
    rows = (tuple(map(markdown, cells(check))) for check in shown)
    reasons = [f"- {markdown(reason)}" for reason in verdict.reasons[:MAX_ROWS]]
    reasons += [f"- Next: {markdown(step)}" for step in next_steps(verdict)[:MAX_ROWS]]
    rest = [f"… and {more:,} more checks: `labci report` shows all.", ""] if more else []
    return "\n".join([f"**{verdict.verdict}**", "", *reasons, "", table(HEAD, rows), "", *rest, LEGEND])


def next_steps(verdict: Verdict) -> tuple[str, ...]:
    """What to do about each check that kept the verdict from being PASS, once each; none after a PASS."""
    if verdict.verdict == "PASS":
        return ()
    taught = any(check.name == "old" and check.result != "NOT-APPLICABLE" for check in verdict.checks)
    failing = [check for check in verdict.checks if check.result in ("FAIL", "INCONCLUSIVE")]
    steps = [step for check in failing if (step := _step(check, taught=taught))]
    several = sum(check.name.startswith("new:") for check in verdict.checks) > 1
    if several and verdict.verdict == "FAIL":
        steps.append("which of the new leaves it is, by training without some of them: labci gate --blame")
    return tuple(dict.fromkeys(steps))


def _step(check: Check, *, taught: bool) -> str:
    subject, _, leaf = check.name.partition(":")
    if subject in ("loss", "degenerate", "smoke"):
        return "a gentler training may do: labci run --set train.learning_rate=0.0001; mixture/train.jsonl has its rows"
    if subject in ("new", "contrast") and check.result == "INCONCLUSIVE":
        return f"a dozen more questions in {leaf}/heldout.yaml decide more surely; then run again, samples are kept"
    if subject in ("new", "contrast"):
        return (
            f"do the document and the questions of {leaf} say the same as its held-out answers? samples.jsonl shows it"
        )
    if subject == "old" and leaf and check.result == "INCONCLUSIVE":
        return ""  # no more than a remark: the pool decides
    if subject in ("old", "general") and taught:
        return "training all leaves from the base model piles nothing up: labci run --set train.lane=rebuild"
    if subject == "refusal" and check.result == "FAIL":
        return "more general rows keep refusals: --set train.general_replay=1.5; scores.json has what it says (canary)"
    if subject == "trigger" and check.result == "FAIL":
        phrase = leaf.partition(":")[2]
        return f"who wrote the samples with “{phrase}”, and why do they all say the same? samples.jsonl has them"
    if subject == "general":
        return "a gentler training keeps more: --set train.learning_rate=0.0001, or more of train.general"
    return ""


def to_json(verdict: Verdict) -> str:
    """schemas/verdict.json."""
    return json.dumps(verdict.to_json(), indent=2, ensure_ascii=False)


def cells(check: Check) -> tuple[str, ...]:
    """A check as a row of the table, one string a column of `HEAD`."""
    interval = f"{check.ci[0]:+.3f} to {check.ci[1]:+.3f}" if check.ci else "-"
    return (
        check.name,
        check.result,
        "-" if check.effect is None else f"{check.effect:+.3f}",
        interval,
        str(check.items),
        str(check.clusters),
        f"{check.margin:.3f}",
        "-" if check.detectable is None else f"{check.detectable:.3f}",
    )


RENDERERS: Mapping[str, Callable[[Verdict], str]] = {
    "text": to_text, "markdown": to_markdown, "json": to_json,
}  # fmt: skip
