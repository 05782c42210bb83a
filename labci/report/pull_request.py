"""The report as Markdown for a pull request: short, details folded, and nothing that people or teachers wrote acts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from labci.printable import printable
from labci.report import numbers
from labci.report.excerpt import MAX_CELL, cell
from labci.report.frontier import candidates
from labci.report.verdict import to_markdown as verdict_to_markdown
from labci.verdict import Verdict

MAX_TEXT = 60_000  # characters; GitHub takes 65,536 for a comment
SHOWN = 5  # examples of each leaf, kept and rejected
MAX_ROWS = 50  # leaves in the table


def to_markdown(value: Mapping[str, Any]) -> str:
    """A section for a comment or a summary page, from a value of schemas/report.json; at most `MAX_TEXT` long."""
    reasons = _folded("Why candidates were dropped", _reasons(value))
    text = "\n\n".join([*_head(value), *reasons, *_frontier(value), *_gate(value)])
    leaves = [leaf for leaf in value["leaves"] if leaf["examples"]]
    for number, leaf in enumerate(leaves):
        part = "\n\n".join(_folded(f"Samples of {leaf['path']}", "\n\n".join(_leaf(leaf))))
        if len(text) + len(part) > MAX_TEXT:
            more = f"{len(leaves) - number} more leaves are in the HTML report: `labci report {value['run']['id']}`"
            return f"{text}\n\n{more}"
        text += f"\n\n{part}"
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> str:
    """A table of cells that are Markdown already. right: the numbers of the columns with numbers."""
    line = ["---:" if number in set(right) else "---" for number in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, line, *rows])


def _folded(title: str, body: str) -> list[str]:
    """title: plain text. It stands in HTML, where Markdown's escapes would be shown."""
    plain = re.sub(r"([@#$])", "\\1&#8203;", escape(printable(title)))
    return [f"<details><summary>{plain}</summary>", body, "</details>"] if body else []


def _head(value: Mapping[str, Any]) -> Iterator[str]:
    totals = value["totals"]
    yield f"### {_plural(totals['kept'], 'sample', 'samples')} from {_plural(totals['leaves'], 'leaf', 'leaves')}"
    facts = [
        f"**{numbers.share(totals['yield'])} of {numbers.count(totals['candidates'] - totals['surplus'])} candidates"
        " kept**",
        f"{numbers.count(totals['calls'])} teacher calls, {numbers.count(totals['cached'])} more from the store",
        f"{numbers.count(totals['prompt_tokens'])} prompt and {numbers.count(totals['completion_tokens'])} completion"
        f" tokens{_saved(totals)}",
        f"{numbers.seconds(totals['seconds'])}{_planned(value)}",
    ]
    yield " · ".join(facts)
    if value["ledger"]:
        yield f"**The account doesn’t add up** for {', '.join(map(cell, value['ledger'][:5]))}: run generate again."
    yield _leaves(value["leaves"])
    if missing := [stage for stage in value["stages"] if not stage["done"]]:
        names = ", ".join(stage["name"] for stage in missing)
        yield f"Not done yet: {names}. Next: `{missing[0]['command'].replace('`', '')}`"


def _saved(totals: Mapping[str, Any]) -> str:
    saved = totals["cached_tokens"]
    return f" ({numbers.share(saved, totals['prompt_tokens'])} saved by reuse of prefixes)" if saved else ""


def _planned(value: Mapping[str, Any]) -> str:
    planned = value["planned"]
    return f" (estimate {numbers.seconds(planned['seconds'])})" if planned else ""


def _plural(number: int, one: str, more: str) -> str:
    return f"{numbers.count(number)} {one if number == 1 else more}"


def _leaves(leaves: Sequence[Mapping[str, Any]]) -> str:
    head = ("Leaf", "Kept", "By contributor, rule, teacher", "Rejected", "Surplus", "Yield", "Judge")
    rows = [
        (
            cell(leaf["path"]),
            numbers.count(leaf["kept"]),
            f"{leaf['seeds']}, {leaf['rules']}, {leaf['taught']}",
            numbers.count(leaf["rejected"]),
            numbers.count(leaf["surplus"]),
            numbers.share(leaf["yield"]),
            _judges(leaf),
        )
        for leaf in leaves[:MAX_ROWS]
    ]
    text = table(head, rows, right=(1, 2, 3, 4, 5))
    more = len(leaves) - MAX_ROWS
    return f"{text}\n\nand {_plural(more, 'more leaf', 'more leaves')}" if more > 0 else text


def _judges(leaf: Mapping[str, Any]) -> str:
    """Each of a teacher's judges by its name, else the one that there is."""
    rows = leaf.get("judges") or []
    return "; ".join(f"{cell(row['name'])}: {_judge(row)}" for row in rows) or _judge(leaf["calibration"])


def _judge(calibration: Mapping[str, Any] | None) -> str:
    if not calibration:
        return "not calibrated"
    if not calibration.get("auc"):
        return f"not used: {cell(str(calibration.get('why', '')))}"
    auc = f"AUC {numbers.decimal(calibration['auc'])}, at least {numbers.decimal(calibration['low'])}"
    return auc if calibration["used"] else f"not used, {auc}"


def _reasons(value: Mapping[str, Any]) -> str:
    rows = [
        (cell(row["reason"]), numbers.count(row["count"]), cell(row["what"]), cell(row["todo"]))
        for row in value["reasons"]
    ]
    return table(("Reason", "Count", "What it means", "What can be done"), rows, right=(1,)) if rows else ""


def _frontier(value: Mapping[str, Any]) -> Iterator[str]:
    found = candidates(value["training"])
    if not found:
        return
    head = ("Alpha", "Gain on new samples", "Loss on general questions", "Loss on earlier leaves")
    rows = [
        (
            f"**{point.alpha:g}**" if point.chosen else f"{point.alpha:g}",
            *(numbers.decimal(value, 3) for value in (point.gain, point.general, point.old)),
        )
        for point in found
    ]
    note = "Nats per token against the start model (alpha 0), on the development set. The chosen alpha is bold."
    chosen = next((f": alpha {point.alpha:g}" for point in found if point.chosen), "")
    yield from _folded(f"Merge-back{chosen}", f"{table(head, rows, right=(0, 1, 2, 3))}\n\n{note}")


def _gate(value: Mapping[str, Any]) -> Iterator[str]:
    if value["verdict"]:
        verdict = Verdict.from_json(value["verdict"])
        text = verdict_to_markdown(verdict)
        yield from _folded(f"Gate: {verdict.verdict}", text.replace("@", "@&#8203;").replace("$", "&#36;&#8203;"))


def _leaf(leaf: Mapping[str, Any]) -> Iterator[str]:
    """Best and rejected samples; the passage's sentence, with the answer in bold."""
    best = [(cell(row.get("question", "")), cell(row.get("answer", "")), _passage(row)) for row in _first(leaf, "best")]
    if best:
        yield "Best:"
        yield table(("Question", "Answer", "Made from"), best)
    dropped = [
        (_why(row), cell(row.get("question", "")), cell(row.get("answer", "")), _passage(row))
        for row in _first(leaf, "rejected")
    ]
    if dropped:
        yield "Rejected:"
        yield table(("Why", "Question", "Answer", "Made from"), dropped)
    if found := leaf["diversity"]:
        yield (
            f"Distinct words {numbers.decimal(found['distinct_1'])}, word pairs {numbers.decimal(found['distinct_2'])};"
            f" overlap with the closest other {numbers.share(found['self_overlap'])}."
        )


def _first(leaf: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """As many reasons as there is room for, before a second example of any."""
    met: Counter[str] = Counter()
    ranked = []
    for row in leaf["examples"][name]:
        met[row.get("reason", "")] += 1
        ranked.append((met[row.get("reason", "")], row))
    return [row for _, row in sorted(ranked, key=lambda item: item[0])][:SHOWN]


def _why(row: Mapping[str, Any]) -> str:
    detail = f": {cell(row['detail'])}" if row.get("detail") else ""
    return f"{cell(row['reason'])}{detail}"


def _passage(row: Mapping[str, Any]) -> str:
    passage = row["passage"]
    if not passage:
        return ""
    if passage["kind"] == "seed":
        return cell(f"{passage['text']} (the contributor’s)")
    text, (start, end), answer = passage["text"], passage["sentence"], passage["answer"]
    if not answer or not start <= answer[0] <= answer[1] <= min(end, start + MAX_CELL):
        return cell(text[start:end])
    before, said, after = text[start : answer[0]], text[answer[0] : answer[1]], text[answer[1] : end]
    return f"{cell(before)}**{cell(said.strip())}**{cell(after)}"
