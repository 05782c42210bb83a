"""A run folder as text: yield, reasons, mixture, training, scores, verdict, release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from labci.artifact import RunFolder, read_json
from labci.report import numbers
from labci.report.frontier import candidates
from labci.verdict import Verdict


def to_text(run: RunFolder) -> str:
    """Every section whose artifact is there."""
    parts = [text for name in SECTIONS if (text := _section(run, name))]
    return "\n\n".join(parts)


def stage_to_text(run: RunFolder, stage: str) -> str:
    """The section of one stage, and the run folder for the next one."""
    return "\n".join(filter(None, [_section(run, stage), f"run folder: {run.path}"]))


def _section(run: RunFolder, name: str) -> str:
    file, render = SECTIONS[name]
    path = run / file
    return render(run, read_json(path)) if path.exists() else ""


def _generation(run: RunFolder, value: Mapping[str, Any]) -> str:
    lines = ["generate"]
    for leaf in value["leaves"]:
        lines.append(f"  {leaf['path']}: {leaf['kept']} of {leaf['candidates']} candidates kept (flow {leaf['flow']})")
        for reason, count in sorted(leaf["rejects"].items(), key=lambda item: (-item[1], item[0])):
            lines.append(f"    {count:>5}  {reason}")
        lines += [f"    {_trust(_called(row), row)}" for row in leaf.get("judges", [])[:-1]]  # the last one is the next
        lines.append(f"    {_judge(leaf.get('calibration'))}")
        if reading := leaf.get("reading"):
            lines.append(f"    {_trust('specialist reading', reading)}")
    lines.append(
        f"  teacher: {value['calls']} calls, {value['cached']} from the store, {value['prompt_tokens']:,} prompt and"
        f" {value['completion_tokens']:,} completion tokens, {value['seconds']:.0f} s"
    )
    planned = value.get("planned")
    if planned:
        lines.append(
            f"  planned: {planned['calls'] - planned['calls_cached']} calls, {planned['calls_cached']} from the store,"
            f" {planned['prompt_tokens']:,} prompt and {planned['completion_tokens']:,} completion tokens,"
            f" {planned['seconds']} s"
        )
    return "\n".join(lines)


def _judge(calibration: Mapping[str, Any] | None) -> str:
    if not calibration:
        return "judge: not calibrated, not used"
    unit = calibration.get("unit", "nats per token")
    limit = f", threshold {numbers.threshold(calibration)} ({unit})" if calibration["used"] else ""
    return _trust(_called(calibration), calibration) + limit


def _called(judge: Mapping[str, Any]) -> str:
    """ "judge", with the name of one of several."""
    return f"judge {judge['name']}" if "name" in judge else "judge"


def _trust(name: str, calibration: Mapping[str, Any]) -> str:
    """How well a judge tells right from wrong, and whether it is used."""
    unused = "" if calibration["used"] else "not used, "
    found = (
        f"AUC {calibration['auc']:.2f} (lower bound {calibration['low']:.2f}, {calibration['pairs']} corrupted pairs)"
    )
    return f"{name}: {unused}{found}"


def _mixture(run: RunFolder, value: Mapping[str, Any]) -> str:
    total = sum(source["tokens"] for source in value["sources"].values()) or 1
    lines = ["mix"]
    for name, source in value["sources"].items():
        share = source["tokens"] / total
        lines.append(f"  {name:<8} {source['samples']:>6} samples {source['tokens']:>8,} tokens {share:>5.0%}")
    if value.get("variants"):
        lines.append(
            f"  and {value['variants']} of the questions' other forms: keywords, the fact with a gap, a whole sentence"
        )
    return "\n".join(lines)


def _training(run: RunFolder, value: Mapping[str, Any]) -> str:
    facts = [f"{key} {value[key]}" for key in ("steps", "alpha") if key in value]
    facts += [f"{value['seconds']:.0f} s"] if "seconds" in value else []
    generation = run / "generation.json"
    planned = read_json(generation).get("planned") if generation.exists() else None
    facts += [f"planned {planned['train']['seconds']} s"] if planned else []
    lines = ["train\n  " + ", ".join(facts)]
    for point in candidates(value):
        about = [("new", None if point.gain is None else -point.gain), ("general", point.general), ("old", point.old)]
        numbers = "  ".join(f"{name} {change:+.3f}" for name, change in about if change is not None)
        lines.append(f"    alpha {point.alpha:<5g} NLL {numbers}{'  chosen' if point.chosen else ''}")
    return "\n".join(lines)


def _scores(run: RunFolder, value: Mapping[str, Any]) -> str:
    cells: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in value["rows"]:
        cells[row["suite"], row["leaf"] if row["suite"] in ("new", "old") else ""][row["model"]].append(row)
    lines = [
        "evaluate",
        f"  {'':<48} {'NLL':>21}   {'F1':>14}",
        f"  {'suite':<48} {'released  candidate':>21}   {'rel.   cand.':>14}",
    ]
    for (suite, leaf), models in sorted(cells.items()):
        if suite == "canary":
            continue
        nll = [_mean(models.get(role, []), "nll") for role in ("released", "candidate")]
        f1 = [_mean(models.get(role, []), "f1") for role in ("released", "candidate")]
        lines.append(f"  {f'{suite} {leaf}'.strip():<48} {nll[0]:>9}  {nll[1]:>10}   {f1[0]:>6}  {f1[1]:>6}")
    return "\n".join(lines)


def _mean(rows: list[Mapping[str, Any]], key: str) -> str:
    return f"{sum(row[key] for row in rows) / len(rows):.3f}" if rows else "-"


def _verdict(run: RunFolder, value: Mapping[str, Any]) -> str:
    from labci.report.verdict import to_text as verdict_to_text

    return "gate\n" + "\n".join(f"  {line}" for line in verdict_to_text(Verdict.from_json(value)).splitlines())


def _release(run: RunFolder, value: Mapping[str, Any]) -> str:
    lines = [f"release\n  {value['version']} in {value['hub']}"]
    if (run / "release" / "README.md").exists():
        lines.append(f"  card: {run / 'release' / 'README.md'}")
    return "\n".join([*lines, "  talk to it: labci chat", f"  verify it: labci releases verify {value['version']}"])


SECTIONS: dict[str, tuple[str, Callable[[RunFolder, Mapping[str, Any]], str]]] = {
    "generate": ("generation.json", _generation),
    "mix": ("mixture/mixture.json", _mixture),
    "train": ("training.json", _training),
    "evaluate": ("scores.json", _scores),
    "gate": ("verdict.json", _verdict),
    "release": ("release.json", _release),
}
