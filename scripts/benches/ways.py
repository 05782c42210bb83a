"""Ways to come by samples for a leaf: labci's own, and simpler ones in its place, from one generation's files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from labci.artifact import read_json, read_jsonl, write_json, write_jsonl
from labci.blocks.dedupe import drop_duplicates
from labci.blocks.seeds import TEACHER as CONTRIBUTOR
from labci.flows.answer_first import RULES
from labci.sample import Sample
from labci.seen import Seen
from scripts.benches import one_prompt
from scripts.benches.repository import LEAVES

NOTHING, DEFAULT, HAND = "nothing", "default", "hand"
WAYS = {
    NOTHING: "the base model",
    "seeds": "the contributor's pairs only",
    "one-prompt": "pairs of each paragraph from the instruct model, no filter",
    "rules": "questions made by rule, and the seeds",
    "unfiltered": "all that the specialist wrote, and the seeds",
    DEFAULT: "as labci does it",
    HAND: "60 pairs written by hand by somebody who hadn't seen the held-out questions",
}


def of(name: str) -> list[str]:
    """All ways of a leaf; pairs by hand are there for those that nothing is tuned on."""
    return [way for way in WAYS if way != HAND or (LEAVES / name / "pairs.yaml").exists()]


def samples(way: str, run: Path, repository: Path, name: str) -> list[Sample]:
    """The samples of a way other than `nothing` and `default`. run: where the default way has generated."""
    kept = [Sample.from_json(row) for row in read_jsonl(run / "samples.jsonl")]
    seeds = [sample for sample in kept if sample.teacher == CONTRIBUTOR]
    if way == "seeds":
        return seeds
    if way == HAND:
        return list(_by_hand(name, seeds[0]))
    if way == "one-prompt":
        return [*seeds, *one_prompt.samples(repository, name)[0]]
    rejects = list(read_jsonl(run / "rejects.jsonl"))
    if way == "rules":
        return [*seeds, *_ruled(kept, rejects)]
    return [*seeds, *_once(written(run, kept, rejects))]


def _by_hand(name: str, like: Sample) -> Iterator[Sample]:
    """The pairs of a leaf's pairs.yaml, all of them to be trained on. like: a sample of the leaf, for its path."""
    for pair in yaml.safe_load((LEAVES / name / "pairs.yaml").read_text("utf-8")):
        yield Sample(
            leaf=like.leaf, unit=like.unit, kind="knowledge", phase="short", teacher=f"{CONTRIBUTOR}-{HAND}",
            question=pair["question"], answer=str(pair["answer"]),
        )  # fmt: skip


def written(run: Path, kept: Iterable[Sample], rejects: Iterable[dict[str, Any]]) -> Iterator[Sample]:
    """Every question of the teacher, whatever became of it."""
    names = {entry["teacher"] for entry in read_json(run / "generation.json")["leaves"]}
    everything = [*kept, *map(Sample.from_json, rejects)]
    return (sample for sample in everything if sample.teacher in names and sample.question)


def _ruled(kept: Iterable[Sample], rejects: Iterable[dict[str, Any]]) -> list[Sample]:
    """Questions by rule, those too that were dropped because the teacher had asked the same."""
    repeated = [Sample.from_json(row) for row in rejects if row["stage"] in ("dedupe", "best")]
    every = [sample for sample in (*kept, *repeated) if sample.teacher == RULES]
    return [item for item in drop_duplicates(every, leaf=Seen(), tree=Seen()) if isinstance(item, Sample)]


def _once(found: Iterable[Sample]) -> list[Sample]:
    return list({sample.id: sample for sample in found}.values())


def run_folder(way: str, run: Path, rows: Iterable[Sample]) -> Path:
    """A run folder beside `run` with these samples in the place of what was generated."""
    folder = run.parent / f"{run.name}-{way}"
    folder.mkdir(exist_ok=True)
    for file in ("run.json", "changes.json"):
        shutil.copy(run / file, folder / file)
    write_jsonl(folder / "samples.jsonl", (sample.to_json() for sample in rows))
    write_jsonl(folder / "rejects.jsonl", ())
    write_json(folder / "generation.json", {**read_json(run / "generation.json"), "leaves": []})
    return folder
