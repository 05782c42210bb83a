"""The specialist teachers, their builds and scores, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from labci.printable import printable

if TYPE_CHECKING:
    from labci.models.specialist.harvest import Harvest

METRICS = {
    "score": "all of match, names, form",
    "match": "match: asks for this answer",
    "reader": "  the untuned base, reading, answers right",
    "kind": "  the question word fits",
    "names": "names and numbers copied exactly",
    "form": "form: one question without its answer",
    "alone": "says what it is about",
    "recall": "content words of the reference",
    "choice": "likelihood chooses the right answer",
    "nll": "NLL of the reference, nats per token",
}


def to_text(value: Mapping[str, Any]) -> str:
    """`labci teachers show`."""
    lines = [line for item in value["specialists"] for line in _specialist(item)]
    if value["history"]:
        lines.append("builds on this machine")
        lines += [_build(item) for item in value["history"]]
    return "\n".join(lines)


def _specialist(item: Mapping[str, Any]) -> Iterator[str]:
    name = f"{item['name']}@{item['digest'][:12]}" if item["digest"] else item["name"]
    yield printable(f"{name}{'  (in use here)' if item['used'] else '  (ships with labci)'}")
    yield printable(f"  base     {item['base']}, served by {item['served_by']}")
    for rows in item["rows"]:
        of = f" of {rows['leaves']} leaves" if rows["leaves"] else ""
        yield printable(f"  rows     {rows['rows']:>5} {rows['licence']:<14} {rows['source']}{of}")
    yield "  recipe   " + ", ".join(f"{key} {value:g}" for key, value in item["recipe"].items())
    if item["problem"]:
        yield printable(f"  problem  {item['problem']}")
    elif item["ready"]:
        yield f"  built    {_when(item)}"
        yield printable(f"  folder   {item['folder']}")
    else:
        yield "  built    not on this machine: labci teachers build (a run builds it, too)"
    yield f"  score    {_score(item['evaluation'])}"


def _when(item: Mapping[str, Any]) -> str:
    took = f", {item['seconds'] / 60:.1f} minutes" if item["seconds"] else ""
    return f"{item['built']}{took}"


def _score(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return "not measured: labci teachers evaluate"
    found = value["models"][0]["metrics"]["score"]
    return f"{_cell(found)} on {value['items']} held-out items, {value['measured']}"


def _build(item: Mapping[str, Any]) -> str:
    rows = " + ".join(str(part["rows"]) for part in item["rows"])
    return printable(f"  {_when(item)}: {item['name']}@{item['digest'][:12]}, {rows} rows, labci {item['labci']}")


def scores_to_text(value: Mapping[str, Any]) -> str:
    """`labci teachers evaluate`: one column a model, means with 95 % intervals."""
    names = [model["model"] for model in value["models"]]
    lines = [
        f"{value['name']}@{value['digest'][:12]}: {value['items']} held-out items of {value['facts']} facts,"
        f" {value['seconds']:.0f} s",
        f"{'':<44}" + "".join(f"{name:>22}" for name in names),
    ]
    for key, about in METRICS.items():
        cells = [_cell(model["metrics"][key]) if key in model["metrics"] else "-" for model in value["models"]]
        lines.append(f"{about:<44}" + "".join(f"{cell:>22}" for cell in cells))
    lines += ["", "score by kind of fact"]
    for kind in value["models"][0]["kinds"]:
        lines.append(f"  {kind:<42}" + "".join(f"{model['kinds'][kind]:>22.2f}" for model in value["models"]))
    if value["limit"]:
        lines += ["", "of a part of the facts, so it is not kept"]
    return "\n".join(lines)


def _cell(metric: Mapping[str, float]) -> str:
    return f"{metric['value']:.2f} [{metric['low']:.2f}, {metric['high']:.2f}]"


def harvest_to_text(found: Harvest, ref: str, file: str, *, changed: bool) -> str:
    """What the merged leaves came to."""
    turns = sum(len(row.turns) for row in found.rows)
    state = "written: commit it for all who run labci here" if changed else "as it was"
    branch = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    source = f"{found.leaves} knowledge leaves of {branch}"
    lines = [f"{file}: {len(found.rows)} rows with {turns} questions from {source}, {state}"]
    lines += [f"  {count:>5} left out: {reason}" for reason, count in found.left.most_common()]
    return "\n".join(map(printable, lines))
