"""The order of the stage: ask the teacher everything, stop it, then sift and judge leaf by leaf.

Teacher and judge take turns, because two processes with as many threads as cores slow each other to a
tenth (docs/design.md, "Teachers"). What the teacher answers goes into the store at once; the second pass
reads it from there, so memory stays flat and a killed run repeats nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from labci.artifact import read_json, write_json
from labci.errors import FindingsError
from labci.generate.asking import ask
from labci.generate.judging import Judge
from labci.generate.ledger import Ledger
from labci.generate.sifting import sift_work
from labci.job import Job
from labci.seen import Seen
from labci.teachers import cached
from labci.teachers.stored import Counts
from labci.work import Opened, Work, rate_key, settings_of, works

MIN_CALLS = 20  # below this, starting the teacher weighs too much
PLANNED = ("calls", "calls_cached", "prompt_tokens", "completion_tokens", "seconds", "train")
OUTPUTS = ("samples.jsonl", "rejects.jsonl", "generation.json")


def generate(job: Job) -> None:
    """Write samples.jsonl, rejects.jsonl and generation.json for the leaves of changes.json.

    Raises FindingsError if the teacher was asked and nothing of what it wrote survived, OutsideError if it
    died; what it has answered is kept either way.
    """
    counts, began = Counts(), time.monotonic()
    opened = Opened(job=job)
    try:
        todo = list(works(job, opened))
        for number, work in enumerate(todo, 1):
            job.progress.say(f"generate: {work.leaf.path} ({number} of {len(todo)}), teacher {work.teacher}")
            own = Counts()
            ask(job, work, cached(opened.teacher(work.flow), job.store, own))
            _note_rate(job, work, own)
            counts.merge(own)
    finally:
        opened.close()
    with Ledger(job.run) as ledger:
        judge, tree = Judge(job, todo), Seen[str]()
        for work in todo:
            sift_work(job, work, ledger, judge.of(work), tree)
    _finish(job, ledger, counts, time.monotonic() - began)


def _note_rate(job: Job, work: Work, own: Counts) -> None:
    """How fast the teacher was, for the next plan; a few calls tell too little."""
    if own.calls >= MIN_CALLS:
        rate = {name: getattr(own, name) / own.calls for name in ("seconds", "prompt_tokens", "completion_tokens")}
        job.store.put("rates", rate_key(work.model), rate)


def _finish(job: Job, ledger: Ledger, counts: Counts, seconds: float) -> None:
    value = {
        "version": 1,
        "leaves": ledger.leaves,
        "calls": counts.calls,
        "cached": counts.cached,
        "prompt_tokens": counts.prompt_tokens,
        "completion_tokens": counts.completion_tokens,
        "seconds": round(seconds, 1),
        "teacher_seconds": round(counts.seconds, 1),
        "planned": _planned(job),
    }
    write_json(job.run / "generation.json", value)
    free = sum(leaf["seeds"] + leaf["rules"] for leaf in ledger.leaves)  # the teacher had no part in them
    made = sum(leaf["candidates"] for leaf in ledger.leaves) - free - ledger.ruled
    kept = sum(leaf["kept"] for leaf in ledger.leaves) - free
    job.progress.say(f"generate: {kept} of {made} kept{reasons(ledger.reasons)}")
    if made and not kept:
        raise FindingsError(
            f"0 of {made} kept{reasons(ledger.reasons)}",
            hint=f"read {job.run / 'rejects.jsonl'}; another teacher may do better: --teacher openai:MODEL",
        )
    job.run.finish("generate", inputs=("changes.json",), outputs=OUTPUTS, settings=settings_of(job), facts=value)


def _planned(job: Job) -> dict[str, Any] | None:
    """What plan.json estimated, kept as it was: a later `labci plan` tells what is left to do."""
    path = job.run / "plan.json"
    plan = read_json(path) if path.exists() else None
    return {name: plan[name] for name in PLANNED} if plan else None


def reasons(found: Counter[str]) -> str:
    """ " because 30 were not-grounded, 10 truncated", most frequent first; "" where nothing was dropped."""
    parts = [f"{count} {reason}" for reason, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
    return f" because of {', '.join(parts)}" if parts else ""
