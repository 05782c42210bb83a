"""From a run folder to the report's value: the counts are those of generation.json, the files are read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from labci import pipeline
from labci.artifact import RunFolder, read_json, read_jsonl
from labci.errors import UsageError
from labci.git import Repository
from labci.report.generation.examples import Examples
from labci.report.generation.origin import Kept, Origin
from labci.report.generation.passages import Passages
from labci.report.generation.reasons import SURPLUS, words_of

DETAILED = 20  # leaves that are shown with examples: of more, those of the worst yield
SUMS = ("units", "candidates", "kept", "seeds", "rules")
COSTS = ("calls", "cached", "prompt_tokens", "cached_tokens", "completion_tokens", "seconds")
JUDGED = "grounding"  # the score of the judge
TIMES = ("teacher_seconds", "scorer_seconds")


def read(
    run: RunFolder, repositories: Sequence[Repository] = (), root: str = "taxonomy", kept: Kept | None = None
) -> dict[str, Any]:
    """The value of schemas/report.json. repositories: where the documents may be. root: of the leaves.

    kept: documents of other repositories.

    UsageError: no run folder, generate has not ended, or a file of it is not what this version writes.
    """
    run.check()
    about = read_json(run / "run.json")
    if not (run / "generation.json").exists():
        raise UsageError(
            f"run {run.id} has no samples yet: the stage generate has not ended",
            hint=f"labci generate --run {run.path}",
        )
    try:
        return _value(run, about, Origin(repositories, str(about.get("head")), root, kept))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"the files of run {run.id} are not what this version of labci writes ({type(error).__name__}: {error})",
            hint=f"labci generate --run {run.path}",
        ) from error


def _value(run: RunFolder, about: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    generation = read_json(run / "generation.json")
    leaves = _ordered([_leaf(entry) for entry in generation["leaves"]])
    chosen = [leaf["path"] for leaf in leaves[:DETAILED]]
    examples = Examples(chosen)
    examples.read(read_jsonl(run / "samples.jsonl"), read_jsonl(run / "rejects.jsonl"))
    documents = {entry["path"]: entry.get("documents", []) for entry in generation["leaves"]}
    for leaf in leaves:
        leaf["writers"] = list(examples.writers_of(leaf["path"]))
        passages = Passages(origin, leaf["path"], documents[leaf["path"]])
        leaf["examples"] = _examples(leaf, examples, passages) if leaf["path"] in chosen else None
    return {
        "version": 1,
        "run": {"id": run.id, **{name: str(about.get(name, "")) for name in ("base", "head", "labci")}},
        "stages": [_stage(run, name) for name in pipeline.NAMES],
        "totals": _totals(generation, leaves),
        "planned": generation.get("planned"),
        "reasons": _explained(leaves),
        "detailed": chosen,
        "leaves": leaves,
        "writers": _writers(leaves),
        "ledger": _ledger(leaves),
        "training": _optional(run, "training.json", ("steps", "alpha", "tokens", "seconds", "limit", "frontier")),
        "verdict": _optional(run, "verdict.json", ("verdict", "reasons", "checks")),
    }


def _leaf(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of generation.json without its long lists; what an older version did not write is None."""
    rejects = {str(reason): int(count) for reason, count in entry["rejects"].items()}
    surplus = rejects.pop(SURPLUS, 0)
    judged = int(entry["candidates"]) - surplus
    return {
        **{name: entry[name] for name in ("path", "kind", "flow", "teacher")},
        **{name: int(entry.get(name, 0)) for name in SUMS},
        "taught": int(entry["kept"]) - int(entry.get("seeds", 0)) - int(entry.get("rules", 0)),
        "rejected": sum(rejects.values()),
        "surplus": surplus,
        "yield": int(entry["kept"]) / judged if judged else None,
        "rejects": _by_count(rejects),
        "stages": entry.get("stages"),
        "calibration": entry.get("calibration"),
        "judges": entry.get("judges", []),
        "reading": entry.get("reading"),
        "diversity": entry.get("diversity"),
        **{name: entry.get(name) for name in COSTS},
    }


def _by_count(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": reason, "count": count} for reason, count in ordered]


def _ordered(leaves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In their own order; of more than can be shown in detail, the worst yield first."""
    if len(leaves) <= DETAILED:
        return leaves
    return sorted(leaves, key=lambda leaf: (1.0 if leaf["yield"] is None else leaf["yield"], leaf["path"]))


def _examples(leaf: Mapping[str, Any], examples: Examples, passages: Passages) -> dict[str, Any]:
    found = {
        "best": examples.best_of(leaf["path"]),
        "rejected": examples.rejected_of(leaf["path"], [row["reason"] for row in leaf["rejects"]]),
    }
    judged = (leaf["calibration"] or {}).get("used", False)
    for row in (row for rows in found.values() for row in rows):
        row["passage"] = passages.of(row)
        if not judged:
            row["scores"].pop(JUDGED, None)  # it says 0 where the judge was not asked
    return found


def _stage(run: RunFolder, name: str) -> dict[str, Any]:
    done = (run / "manifest" / f"{name}.json").exists()
    return {"name": name, "done": done, "command": f"labci {name} --run {_shown(run)}"}


def _shown(run: RunFolder) -> str:
    """The folder as it is named from the repository's root: where the machine keeps that is nobody's business."""
    parts = run.path.absolute().parts[-3:]
    return "/".join(parts) if parts[:2] == (".labci", "runs") else str(run.path)


def _totals(generation: Mapping[str, Any], leaves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    sums = {name: sum(leaf[name] for leaf in leaves) for name in (*SUMS, "taught", "rejected", "surplus")}
    judged = sums["candidates"] - sums["surplus"]
    return {
        "leaves": len(leaves),
        **sums,
        "yield": sums["kept"] / judged if judged else None,
        **{name: generation.get(name) for name in (*COSTS, *TIMES)},
    }


def _explained(leaves: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every reason of the run, most frequent first, surplus last, with its words."""
    counts: Counter[str] = Counter()
    for leaf in leaves:
        for row in leaf["rejects"]:
            counts[row["reason"]] += row["count"]
    rows = _by_count(counts)
    surplus = sum(leaf["surplus"] for leaf in leaves)
    rows += [{"reason": SURPLUS, "count": surplus}] if surplus else []
    return [{**row, **words_of(row["reason"])._asdict()} for row in rows]


def _writers(leaves: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who wrote what of the run: the sums of the leaves', most first."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for writer in (writer for leaf in leaves for writer in leaf["writers"]):
        found = sums.setdefault((writer["teacher"], writer["flow"]), Counter())
        found.update({name: writer[name] for name in ("kept", "rejected", "surplus")})
    ordered = sorted(sums.items(), key=lambda item: (-item[1]["kept"], item[0]))
    return [{"teacher": teacher, "flow": flow, **counts} for (teacher, flow), counts in ordered]


def _ledger(leaves: Sequence[Mapping[str, Any]]) -> list[str]:
    """Leaves whose lines in samples.jsonl and rejects.jsonl are not as many as generation.json counts."""
    return [
        leaf["path"]
        for leaf in leaves
        if any(sum(w[name] for w in leaf["writers"]) != leaf[name] for name in ("kept", "rejected", "surplus"))
        or leaf["candidates"] != leaf["kept"] + leaf["rejected"] + leaf["surplus"]
    ]


def _optional(run: RunFolder, file: str, names: Sequence[str]) -> dict[str, Any] | None:
    """Some fields of a later stage's file, where there is one."""
    path = run / file
    if not path.exists():
        return None
    value = read_json(path)
    return {name: value[name] for name in names if name in value}
